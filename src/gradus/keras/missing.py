"""What Keras has and this room has not: named when asked for, never silently ignored."""

from __future__ import annotations

from gradus.base.errors import InputError

NAMES: dict[str, str] = {
    "layers": """
        AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D
        AdaptiveMaxPooling1D AdaptiveMaxPooling2D AdaptiveMaxPooling3D AdditiveAttention
        AlphaDropout Attention AugMix AutoContrast CategoryEncoding CenterCrop
        ContrastLimitedAdaptiveHistogramEqualization ConvLSTM1D ConvLSTM2D ConvLSTM3D
        Cropping1D Cropping2D Cropping3D CuDNNGRU CuDNNLSTM CutMix
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
        StatelessScope SymbolicScope Variable config device distillation distribution
        dtype_policies export legacy mixed_precision name_scope ops quantizers remat src tree
        visualization""",
    "datasets": "boston_housing california_housing cifar100 imdb reuters",
    "models": "clone_model model_from_config model_from_json model_from_yaml",
    "utils": """
        Config CustomObjectScope FeatureSpace GeneratorEnqueuer HDF5Matrix OrderedEnqueuer Progbar
        audio_dataset_from_directory bounding_boxes custom_object_scope deserialize_keras_object
        disable_interactive_logging enable_interactive_logging get_custom_objects get_file
        get_registered_name get_registered_object get_source_inputs image_dataset_from_directory
        is_interactive_logging_enabled is_keras_tensor legacy model_to_dot multi_gpu_model np_utils
        pack_x_y_sample_weight plot_model register_keras_serializable serialize_keras_object
        split_dataset standardize_dtype text_dataset_from_directory timeseries_dataset_from_array
        unpack_x_y_sample_weight""",
    "preprocessing": """
        image_dataset_from_directory text_dataset_from_directory timeseries_dataset_from_array""",
    "preprocessing.image": "smart_resize",
    "preprocessing.sequence": "TimeseriesGenerator make_sampling_table skipgrams",
    "backend": """
        abs argmax argmin backend batch_dot binary_crossentropy cast categorical_crossentropy clip
        concatenate constant dot elu equal exp expand_dims flatten function get_session get_uid
        get_value gradients is_float_dtype is_int_dtype is_keras_tensor learning_phase log max
        maximum mean min minimum one_hot ones ones_like placeholder pow prod random_normal
        random_uniform relu repeat reshape result_type round set_epsilon set_floatx
        set_image_data_format set_learning_phase set_session set_value shape sigmoid sign softmax
        sqrt square standardize_dtype std sum switch tanh transpose var variable zeros
        zeros_like""",
    "applications": """
        ConvNeXtBase ConvNeXtLarge ConvNeXtSmall ConvNeXtTiny ConvNeXtXLarge DenseNet121
        DenseNet169 DenseNet201 EfficientNetB0 EfficientNetB1 EfficientNetB2 EfficientNetB3
        EfficientNetB4 EfficientNetB5 EfficientNetB6 EfficientNetB7 EfficientNetV2B0
        EfficientNetV2B1 EfficientNetV2B2 EfficientNetV2B3 EfficientNetV2L EfficientNetV2M
        EfficientNetV2S InceptionResNetV2 InceptionV3 MobileNet MobileNetV2 MobileNetV3Large
        MobileNetV3Small NASNetLarge NASNetMobile ResNet101 ResNet101V2 ResNet152 ResNet152V2
        ResNet50 ResNet50V2 VGG16 VGG19 Xception convnext densenet efficientnet efficientnet_v2
        imagenet_utils inception_resnet_v2 inception_v3 mobilenet mobilenet_v2 mobilenet_v3 nasnet
        resnet resnet50 resnet_v2 vgg16 vgg19 xception""",
    "wrappers": "SKLearnClassifier SKLearnRegressor SKLearnTransformer",
    "wrappers.scikit_learn": "KerasClassifier KerasRegressor",
    "Model": """
        add_loss add_metric compile_from_config compiled_metrics compute_loss compute_metrics
        evaluate_generator export fit_generator from_config get_compile_config get_config
        jit_compile losses metrics metrics_names non_trainable_weights predict_classes
        predict_generator predict_proba reset_metrics reset_states save_spec state_updates test_step
        to_json to_yaml train_step trainable_weights updates""",
    "Layer": """
        add_loss add_metric add_weight bias from_config get_config get_input_at get_output_at
        gamma beta embeddings input_spec kernel losses non_trainable_weights recurrent_kernel
        reset_states states trainable_weights""",
}

ARRAYS = "get_weights(), which gives the arrays in Keras' order"
BATCHES = "fit, evaluate and predict, which take generators too"
CODE = "the code that made the model, with save_weights and load_weights; or save and load_model"

# What to use in the place of a name, or of any name of a room.
INSTEAD: dict[str, str] = {
    "AUC": "gradus.metrics.auc_score on the predictions",
    "CuDNNGRU": "GRU",
    "CuDNNLSTM": "LSTM",
    "GaussianDropout": "Dropout, or GaussianNoise",
    "Masking": "sequences of one length each, or nn.Embedding(…, padding=0) with gradus.fit",
    "Normalization": "gradus.data.Standardize, or BatchNormalization as the first layer",
    "SpatialDropout1D": "Dropout",
    "TensorBoard": "gradus.report, or CSVLogger",
    "TextVectorization": "preprocessing.text.Tokenizer and pad_sequences",
    "TimeseriesGenerator": "windows as arrays: numpy.lib.stride_tricks.sliding_window_view",
    "bias": ARRAYS,
    "evaluate_generator": BATCHES,
    "fit_generator": BATCHES,
    "get_config": CODE,
    "get_file": "data from your own disk",
    "imdb": "texts of your own with preprocessing.text.Tokenizer, or Keras' file: "
    "np.load('imdb.npz', allow_pickle=True) has x_train, y_train, x_test and y_test",
    "image_dataset_from_directory": "image.ImageDataGenerator().flow_from_directory(…)",
    "kernel": ARRAYS,
    "metrics": "evaluate(…, return_dict=True), whose keys are the names",
    "metrics_names": "evaluate(…, return_dict=True), whose keys are the names",
    "model_from_json": CODE,
    "model_to_dot": "model.summary()",
    "np_utils": "keras.utils.to_categorical",
    "ops": "jax.numpy",
    "plot_model": "model.summary()",
    "predict_classes": "predict(x).argmax(-1), or predict(x) > 0.5 for a single sigmoid",
    "predict_generator": BATCHES,
    "predict_proba": "predict",
    "text_dataset_from_directory": "text.Tokenizer and arrays",
    "timeseries_dataset_from_array": "numpy.lib.stride_tricks.sliding_window_view",
    "to_json": CODE,
    "to_yaml": CODE,
    "add_loss": "a loss in compile, or kernel_regularizer and activity_regularizer",
    "losses": "evaluate, whose loss holds the penalties",
    "reset_states": "model(x) on whole sequences: no state is kept between calls",
    "trainable_weights": ARRAYS,
    "non_trainable_weights": ARRAYS,
    "recurrent_kernel": ARRAYS,
    "embeddings": ARRAYS,
    "gamma": ARRAYS,
    "beta": ARRAYS,
    "applications": "gradus.models.vgg, resnet or densenet, and models.load_weights for weights "
    "that you have; none are downloaded",
    "backend": "jax.numpy, inside layers.Lambda(function) or a loss",
    "datasets": "your own arrays: np.load(path, allow_pickle=True) reads the .npz file of Keras",
    "wrappers": "the model itself: it has fit and predict",
    "wrappers.scikit_learn": "the model itself: it has fit and predict",
}


def spelled(room: str, name: str) -> str | None:
    """A name of Keras that a room has not, however it is written; None for other words."""
    return {known.lower(): known for known in NAMES[room].split()}.get(name.lower())


def refusal(room: str, name: str) -> Exception:
    """The error for a name that a room has not: InputError if Keras has it, else the usual one."""
    place = "keras" if room == "keras" else f"keras.{room}"
    if name not in NAMES[room].split():
        return AttributeError(f"module 'gradus.{place}' has no attribute {name!r}")
    return InputError(
        f"{place}.{name} is not supported here",
        expected="a name that this room has; gradus.keras.missing.NAMES lists all others",
        got=name,
        fix=f"use {INSTEAD.get(name) or INSTEAD.get(room, 'gradus.nn and gradus.fit, or Keras')}",
    )


def attribute_refusal(kind: str, owner: str, name: str) -> Exception:
    """The error for an attribute that a model or a layer has not, as `refusal` for rooms."""
    if name not in NAMES[kind].split():
        return AttributeError(f"{owner} has no attribute {name!r}")
    return InputError(
        f"{owner}: {name} is not supported here",
        expected=f"an attribute that it has; gradus.keras.missing.NAMES[{kind!r}] lists others",
        got=name,
        fix=f"use {INSTEAD.get(name, 'gradus.nn and gradus.fit, or Keras')}",
    )
