"""What Keras has and this room has not: named when asked for, never silently ignored."""

from __future__ import annotations

from gradus.base.errors import InputError

NAMES: dict[str, str] = {
    "layers": """
        AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D
        AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D AdditiveAttention
        AlphaDropout Attention AugMix AutoContrast CategoryEncoding CenterCrop
        ContrastLimitedAdaptiveHistogramEqualization 
        ConvLSTM1D ConvLSTM2D ConvLSTM3D 
        Cropping1D Cropping2D Cropping3D CutMix
        DepthwiseConv1D DepthwiseConv2D Discretization Dot EinsumDense Equalization FlaxLayer
        GRUCell GaussianDropout GroupQueryAttention HashedCrossing Hashing InputSpec IntegerLookup
        JaxLayer LSTMCell Masking MaxNumBoundingBoxes MelSpectrogram MixUp MultiHeadAttention
        Normalization Pipeline RMSNormalization RNN RandAugment RandomBrightness
        RandomColorDegeneration RandomColorJitter RandomContrast RandomCrop RandomElasticTransform
        RandomErasing RandomFlip RandomGaussianBlur RandomGrayscale RandomHue RandomInvert
        RandomPerspective RandomPosterization RandomRotation RandomSaturation RandomSharpness
        RandomShear RandomTranslation RandomZoom Resizing ReversibleEmbedding STFTSpectrogram
        SimpleRNNCell
        Solarization SpatialDropout1D SpatialDropout2D SpatialDropout3D SpectralNormalization
        StackedRNNCells StringLookup TFSMLayer TextVectorization TorchModuleWrapper
        UnitNormalization UpSampling3D Wrapper ZeroPadding3D deserialize dot serialize""",
    "losses": """
        BinaryFocalCrossentropy CTC CategoricalFocalCrossentropy CategoricalGeneralizedCrossEntropy
        Circle Dice Tversky binary_focal_crossentropy categorical_focal_crossentropy
        categorical_generalized_cross_entropy circle ctc deserialize dice serialize tversky""",
    "metrics": """
        AUC BinaryIoU ConcordanceCorrelation F1Score FBetaScore FalseNegatives FalsePositives IoU
        MeanIoU OneHotIoU OneHotMeanIoU PearsonCorrelation PrecisionAtRecall RecallAtPrecision
        SensitivityAtSpecificity SpecificityAtSensitivity Sum TrueNegatives TruePositives
        binary_focal_crossentropy categorical_focal_crossentropy concordance_correlation
        deserialize pearson_correlation serialize""",
    "callbacks": """
        BackupAndRestore OrbaxCheckpoint ProgbarLogger RemoteMonitor SwapEMAWeights TensorBoard""",
    "optimizers": """
        Adafactor Ftrl Lamb LossScaleOptimizer MultiOptimizer Muon OptimizerMap ScheduleFreeAdamW
        deserialize legacy serialize""",
    "initializers": "STFT STFTInitializer deserialize serialize stft",
    "regularizers": "OrthogonalRegularizer deserialize orthogonal_regularizer serialize",
    "activations": """
        deserialize glu hard_shrink serialize soft_shrink sparse_plus sparse_sigmoid sparsemax
        squareplus tanh_shrink threshold""",
    "constraints": "deserialize serialize",
    "keras": """
        DTypePolicy FloatDTypePolicy Function InputSpec Operation Quantizer RematScope
        StatelessScope SymbolicScope Variable applications config device distillation distribution
        dtype_policies export legacy mixed_precision name_scope ops quantizers remat src tree
        visualization wrappers""",
}

INSTEAD: dict[str, str] = {
    "AUC": "gradus.metrics has the area under the ROC curve, for predictions",
    "GaussianDropout": "Dropout, or GaussianNoise",
    "Masking": "sequences of one length each, or nn.Embedding(…, padding=0) with gradus.fit",
    "Normalization": "gradus.data.Standardize, or BatchNormalization as the first layer",
    "SpatialDropout1D": "Dropout",
    "TensorBoard": "gradus.report, or CSVLogger",
    "TextVectorization": "preprocessing.text.Tokenizer and pad_sequences",
    "ops": "jax.numpy",
}


def refusal(room: str, name: str) -> Exception:
    """The error for a name that a room has not: InputError if Keras has it, else the usual one."""
    if name not in NAMES[room].split():
        return AttributeError(f"module 'gradus.keras.{room}' has no attribute {name!r}")
    return InputError(
        f"keras.{room}.{name} is not supported here",
        expected="a name that this room has; gradus.keras.missing.NAMES lists all others",
        got=name,
        fix=f"use {INSTEAD[name]}" if name in INSTEAD else "use gradus.nn and gradus.fit, or Keras",
    )
