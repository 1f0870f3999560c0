from gradus.nn.activations import *
from gradus.nn.combine import Lambda, Sequential
from gradus.nn.dense import Dense
from gradus.nn.layer import INFERENCE, Forward, Layer
