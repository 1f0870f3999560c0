"""The page shows the layers of the model as a picture."""

from report.examples import make_run
from report.reading import Page

from gradus import nn
from gradus.report import page


def test_the_picture_is_in_the_page():
    graph = nn.graph(nn.Sequential(nn.Dense(4, nn.relu), nn.Dense(2)), (3,))
    read = Page(page(make_run(), title="Layers", model_graph=graph))
    assert read.faults == []
    assert "0 Dense" in read.text
    assert "50 additions and multiplications for one example." in read.text
