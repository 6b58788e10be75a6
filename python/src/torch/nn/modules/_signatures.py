"""The parameters of PyTorch's layers, which signatures.py writes: see there."""

PARAMETERS = """
AdaptiveAvgPool1d output_size
AdaptiveAvgPool2d output_size
AdaptiveAvgPool3d output_size
AdaptiveLogSoftmaxWithLoss in_features n_classes cutoffs div_value=4.0 head_bias=False device=None dtype=None
AdaptiveMaxPool1d output_size return_indices=False
AdaptiveMaxPool2d output_size return_indices=False
AdaptiveMaxPool3d output_size return_indices=False
AlphaDropout p=0.5 inplace=False
AvgPool1d kernel_size stride=None padding=0 ceil_mode=False count_include_pad=True
AvgPool2d kernel_size stride=None padding=0 ceil_mode=False count_include_pad=True divisor_override=None
AvgPool3d kernel_size stride=None padding=0 ceil_mode=False count_include_pad=True divisor_override=None
BCELoss weight=None size_average=None reduce=None reduction='mean'
BCEWithLogitsLoss weight=None size_average=None reduce=None reduction='mean' pos_weight=None
BatchNorm1d num_features eps=1e-05 momentum=0.1 affine=True track_running_stats=True device=None dtype=None bias=True
BatchNorm2d num_features eps=1e-05 momentum=0.1 affine=True track_running_stats=True device=None dtype=None bias=True
BatchNorm3d num_features eps=1e-05 momentum=0.1 affine=True track_running_stats=True device=None dtype=None bias=True
Bilinear in1_features in2_features out_features bias=True device=None dtype=None
CELU alpha=1.0 inplace=False
CTCLoss blank=0 reduction='mean' zero_infinity=False
ChannelShuffle groups
CircularPad1d padding
CircularPad2d padding
CircularPad3d padding
ConstantPad1d padding value
ConstantPad2d padding value
ConstantPad3d padding value
Conv1d in_channels out_channels kernel_size stride=1 padding=0 dilation=1 groups=1 bias=True padding_mode='zeros' device=None dtype=None
Conv2d in_channels out_channels kernel_size stride=1 padding=0 dilation=1 groups=1 bias=True padding_mode='zeros' device=None dtype=None
Conv3d in_channels out_channels kernel_size stride=1 padding=0 dilation=1 groups=1 bias=True padding_mode='zeros' device=None dtype=None
ConvTranspose1d in_channels out_channels kernel_size stride=1 padding=0 output_padding=0 groups=1 bias=True dilation=1 padding_mode='zeros' device=None dtype=None
ConvTranspose2d in_channels out_channels kernel_size stride=1 padding=0 output_padding=0 groups=1 bias=True dilation=1 padding_mode='zeros' device=None dtype=None
ConvTranspose3d in_channels out_channels kernel_size stride=1 padding=0 output_padding=0 groups=1 bias=True dilation=1 padding_mode='zeros' device=None dtype=None
CosineEmbeddingLoss margin=0.0 size_average=None reduce=None reduction='mean'
CosineSimilarity dim=1 eps=1e-08
CrossEntropyLoss weight=None size_average=None ignore_index=-100 reduce=None reduction='mean' label_smoothing=0.0
CrossMapLRN2d size alpha=0.0001 beta=0.75 k=1
DataParallel module device_ids=None output_device=None dim=0
Dropout p=0.5 inplace=False
Dropout1d p=0.5 inplace=False
Dropout2d p=0.5 inplace=False
Dropout3d p=0.5 inplace=False
ELU alpha=1.0 inplace=False
Embedding num_embeddings embedding_dim padding_idx=None max_norm=None norm_type=2.0 scale_grad_by_freq=False sparse=False _weight=None _freeze=False device=None dtype=None
EmbeddingBag num_embeddings embedding_dim max_norm=None norm_type=2.0 scale_grad_by_freq=False mode='mean' sparse=False _weight=None include_last_offset=False padding_idx=None device=None dtype=None
FeatureAlphaDropout p=0.5 inplace=False
Flatten start_dim=1 end_dim=-1
Fold output_size kernel_size dilation=1 padding=0 stride=1
FractionalMaxPool2d kernel_size output_size=None output_ratio=None return_indices=False _random_samples=None
FractionalMaxPool3d kernel_size output_size=None output_ratio=None return_indices=False _random_samples=None
GELU approximate='none'
GLU dim=-1
GRUCell input_size hidden_size bias=True device=None dtype=None
GaussianNLLLoss full=False eps=1e-06 reduction='mean'
GroupNorm num_groups num_channels eps=1e-05 affine=True device=None dtype=None bias=True
Hardshrink lambd=0.5
Hardsigmoid inplace=False
Hardswish inplace=False
Hardtanh min_val=-1.0 max_val=1.0 inplace=False min_value=None max_value=None
HingeEmbeddingLoss margin=1.0 size_average=None reduce=None reduction='mean'
HuberLoss reduction='mean' delta=1.0
InstanceNorm1d num_features eps=1e-05 momentum=0.1 affine=False track_running_stats=False device=None dtype=None bias=True
InstanceNorm2d num_features eps=1e-05 momentum=0.1 affine=False track_running_stats=False device=None dtype=None bias=True
InstanceNorm3d num_features eps=1e-05 momentum=0.1 affine=False track_running_stats=False device=None dtype=None bias=True
KLDivLoss size_average=None reduce=None reduction='mean' log_target=False
L1Loss size_average=None reduce=None reduction='mean'
LPPool1d norm_type kernel_size stride=None ceil_mode=False
LPPool2d norm_type kernel_size stride=None ceil_mode=False
LPPool3d norm_type kernel_size stride=None ceil_mode=False
LSTMCell input_size hidden_size bias=True device=None dtype=None
LayerNorm normalized_shape eps=1e-05 elementwise_affine=True bias=True device=None dtype=None
LazyBatchNorm1d eps=1e-05 momentum=0.1 affine=True track_running_stats=True device=None dtype=None bias=True
LazyBatchNorm2d eps=1e-05 momentum=0.1 affine=True track_running_stats=True device=None dtype=None bias=True
LazyBatchNorm3d eps=1e-05 momentum=0.1 affine=True track_running_stats=True device=None dtype=None bias=True
LazyConv1d out_channels kernel_size stride=1 padding=0 dilation=1 groups=1 bias=True padding_mode='zeros' device=None dtype=None
LazyConv2d out_channels kernel_size stride=1 padding=0 dilation=1 groups=1 bias=True padding_mode='zeros' device=None dtype=None
LazyConv3d out_channels kernel_size stride=1 padding=0 dilation=1 groups=1 bias=True padding_mode='zeros' device=None dtype=None
LazyConvTranspose1d out_channels kernel_size stride=1 padding=0 output_padding=0 groups=1 bias=True dilation=1 padding_mode='zeros' device=None dtype=None
LazyConvTranspose2d out_channels kernel_size stride=1 padding=0 output_padding=0 groups=1 bias=True dilation=1 padding_mode='zeros' device=None dtype=None
LazyConvTranspose3d out_channels kernel_size stride=1 padding=0 output_padding=0 groups=1 bias=True dilation=1 padding_mode='zeros' device=None dtype=None
LazyInstanceNorm1d eps=1e-05 momentum=0.1 affine=True track_running_stats=True device=None dtype=None bias=True
LazyInstanceNorm2d eps=1e-05 momentum=0.1 affine=True track_running_stats=True device=None dtype=None bias=True
LazyInstanceNorm3d eps=1e-05 momentum=0.1 affine=True track_running_stats=True device=None dtype=None bias=True
LazyLinear out_features bias=True device=None dtype=None
LeakyReLU negative_slope=0.01 inplace=False
Linear in_features out_features bias=True device=None dtype=None
LinearCrossEntropyLoss in_features num_classes out_features=() bias=False device=None dtype=None reduction='mean' weight=None ignore_index=None label_smoothing=0.0 options=None
LocalResponseNorm size alpha=0.0001 beta=0.75 k=1.0
LogSoftmax dim=None
MSELoss size_average=None reduce=None reduction='mean'
MarginRankingLoss margin=0.0 size_average=None reduce=None reduction='mean'
MaxPool1d kernel_size stride=None padding=0 dilation=1 return_indices=False ceil_mode=False
MaxPool2d kernel_size stride=None padding=0 dilation=1 return_indices=False ceil_mode=False
MaxPool3d kernel_size stride=None padding=0 dilation=1 return_indices=False ceil_mode=False
MaxUnpool1d kernel_size stride=None padding=0
MaxUnpool2d kernel_size stride=None padding=0
MaxUnpool3d kernel_size stride=None padding=0
Mish inplace=False
ModuleDict modules=None
ModuleList modules=None
MultiLabelMarginLoss size_average=None reduce=None reduction='mean'
MultiLabelSoftMarginLoss weight=None size_average=None reduce=None reduction='mean'
MultiMarginLoss p=1 margin=1.0 weight=None size_average=None reduce=None reduction='mean'
MultiheadAttention embed_dim num_heads dropout=0.0 bias=True add_bias_kv=False add_zero_attn=False kdim=None vdim=None batch_first=False device=None dtype=None
NLLLoss weight=None size_average=None ignore_index=-100 reduce=None reduction='mean'
PReLU num_parameters=1 init=0.25 device=None dtype=None
PairwiseDistance p=2.0 eps=1e-06 keepdim=False
ParameterDict parameters=None
ParameterList values=None
PixelShuffle upscale_factor
PixelUnshuffle downscale_factor
PoissonNLLLoss log_input=True full=False size_average=None eps=1e-08 reduce=None reduction='mean'
RMSNorm normalized_shape eps=None elementwise_affine=True device=None dtype=None
RNNBase mode input_size hidden_size num_layers=1 bias=True batch_first=False dropout=0.0 bidirectional=False proj_size=0 device=None dtype=None
RNNCell input_size hidden_size bias=True nonlinearity='tanh' device=None dtype=None
RNNCellBase input_size hidden_size bias num_chunks device=None dtype=None
RReLU lower=0.125 upper=0.3333333333333333 inplace=False
ReLU inplace=False
ReLU6 inplace=False
ReflectionPad1d padding
ReflectionPad2d padding
ReflectionPad3d padding
ReplicationPad1d padding
ReplicationPad2d padding
ReplicationPad3d padding
SELU inplace=False
SiLU inplace=False
SmoothL1Loss size_average=None reduce=None reduction='mean' beta=1.0
SoftMarginLoss size_average=None reduce=None reduction='mean'
Softmax dim=None
Softmin dim=None
Softplus beta=1.0 threshold=20.0
Softshrink lambd=0.5
SyncBatchNorm num_features eps=1e-05 momentum=0.1 affine=True track_running_stats=True process_group=None device=None dtype=None bias=True
Threshold threshold value inplace=False
TransformerDecoder decoder_layer num_layers norm=None
TransformerEncoder encoder_layer num_layers norm=None enable_nested_tensor=True mask_check=True
TripletMarginLoss margin=1.0 p=2.0 eps=1e-06 swap=False size_average=None reduce=None reduction='mean'
TripletMarginWithDistanceLoss distance_function=None margin=1.0 swap=False reduction='mean'
Unflatten dim unflattened_size
Unfold kernel_size dilation=1 padding=0 stride=1
Upsample size=None scale_factor=None mode='nearest' align_corners=None recompute_scale_factor=None
UpsamplingBilinear2d size=None scale_factor=None
UpsamplingNearest2d size=None scale_factor=None
ZeroPad1d padding
ZeroPad2d padding
ZeroPad3d padding
"""
