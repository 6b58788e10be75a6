// Owns where the library does otherwise than PyTorch on purpose, and which names the generated test has no calls for, each with its reason.

export interface Difference {
  /** Which calls: `<where it is found>.<PyTorch's name>#<number of the call> <kind>`. */
  readonly call: RegExp;
  /** What is found. */
  readonly found: RegExp;
  readonly reason: string;
}

export const differences: readonly Difference[] = [
  {
    call: /^(torch\.adjoint|Tensor\.(adjoint|mT|mH))#0 0d$/,
    found: /^refused: ShapeError/,
    reason: 'PyTorch warns that this will be an error.',
  },
  {
    call: /^F\.dropout[23]d#0 0d$/,
    found: /^refused: ShapeError/,
    reason: 'PyTorch warns that this will be an error.',
  },
  {
    call: /^F\.pixel_unshuffle#0 empty$/,
    found: /^result 0: expected float32 \[0,2,4,4\] , but got float32 \[0,8,2,2\] $/,
    reason: "Of no images PyTorch returns the input's shape, unlike the shape of one image.",
  },
];

/** Names that both libraries have and the generated test does not call. */
export const uncalled: Readonly<Record<string, readonly string[]>> = {
  'makes tensors of no tensor': [
    ...['torch.arange', 'torch.empty', 'torch.eye', 'torch.full', 'torch.linspace', 'torch.logspace', 'torch.ones'],
    ...['torch.rand', 'torch.randint', 'torch.randn', 'torch.randperm', 'torch.range', 'torch.scalar_tensor'],
    ...['torch.tensor', 'torch.tril_indices', 'torch.triu_indices', 'torch.zeros'],
  ],
  'makes windows of no tensor: test/gpu/windows.test.ts': [
    ...['torch.bartlett_window', 'torch.blackman_window', 'torch.hamming_window', 'torch.hann_window'],
    ...['torch.kaiser_window'],
  ],
  'is of old scripts: test/unit/ported.test.ts': [
    ...['torch.BoolTensor', 'torch.ByteTensor', 'torch.FloatTensor', 'torch.IntTensor', 'torch.LongTensor'],
    ...['torch.from_numpy', 'Tensor.type'],
  ],
  'is compared in test/gpu/linalg.test.ts': [
    ...['torch.cholesky_solve', 'torch.det', 'torch.inverse', 'torch.logdet', 'torch.matrix_power', 'torch.pinverse'],
    ...['torch.slogdet', 'torch.svd', 'torch.cholesky_inverse', 'torch.geqrf', 'torch.lu_solve', 'torch.lu_unpack'],
    ...['torch.matrix_exp', 'torch.orgqr', 'torch.ormqr'],
  ],
  'is compared in test/gpu/attention.test.ts, or is that of torch': ['F.multi_head_attention_forward', 'F.pdist'],
  'is that of nn.functional, or its parameters in another order: test/gpu/functions.test.ts': [
    ...['torch.conv1d', 'torch.conv2d', 'torch.conv3d'],
    ...['torch.conv_transpose1d', 'torch.conv_transpose2d', 'torch.conv_transpose3d'],
    ...['torch.batch_norm', 'torch.group_norm', 'torch.layer_norm', 'torch.rms_norm'],
    ...['torch.dropout', 'torch.embedding'],
    ...['torch.adaptive_avg_pool1d', 'torch.adaptive_max_pool1d', 'torch.alpha_dropout', 'torch.alpha_dropout_'],
    ...['torch.avg_pool1d', 'torch.bilinear', 'torch.binary_cross_entropy_with_logits', 'torch.celu'],
    ...['torch.celu_', 'torch.channel_shuffle', 'torch.cosine_embedding_loss', 'torch.cosine_similarity'],
    ...['torch.ctc_loss', 'torch.dropout_', 'torch.feature_alpha_dropout', 'torch.feature_alpha_dropout_'],
    ...['torch.feature_dropout', 'torch.feature_dropout_', 'torch.hardshrink', 'torch.hinge_embedding_loss'],
    ...['torch.instance_norm', 'torch.kl_div', 'torch.margin_ranking_loss', 'torch.max_pool1d'],
    ...['torch.max_pool2d', 'torch.max_pool3d', 'torch.pairwise_distance', 'torch.pixel_shuffle'],
    ...['torch.pixel_unshuffle', 'torch.poisson_nll_loss', 'torch.prelu', 'torch.rrelu'],
    ...['torch.rrelu_', 'torch.selu', 'torch.selu_', 'torch.threshold'],
    ...['torch.threshold_', 'torch.triplet_margin_loss'],
  ],
  'gives what was in memory': ['torch.empty_like', 'Tensor.new_empty'],
  'needs a device that computes with float16: test/node/alone/half.test.ts': [
    ...['Tensor.half', 'torch.GradScaler', 'torch.autocast', 'torch.is_autocast_enabled'],
  ],
  'is a constant, a dtype or a class': [
    ...[
      'torch.Generator',
      'torch.OutOfMemoryError',
      'torch.Tensor',
      'torch.bool',
      'torch.e',
      'torch.finfo',
      'torch.float',
    ],
    ...[
      'torch.float16',
      'torch.float32',
      'torch.half',
      'torch.iinfo',
      'torch.inf',
      'torch.int',
      'torch.int32',
      'torch.int64',
    ],
    ...['torch.Size', 'torch.long', 'torch.nan', 'torch.newaxis', 'torch.pi', 'torch.uint32', 'torch.uint8'],
  ],
  'is of modes, seeds, files, models and printing': [
    ...[
      'torch.compile',
      'torch.enable_grad',
      'torch.get_rng_state',
      'torch.inference_mode',
      'torch.initial_seed',
      'torch.is_grad_enabled',
    ],
    ...['torch.load', 'torch.manual_seed', 'torch.no_grad', 'torch.save', 'torch.seed', 'torch.set_printoptions'],
    ...['torch.set_rng_state', 'torch.vmap', 'torch.get_default_dtype'],
  ],
  'is of devices': [...['torch.device', 'Tensor.cpu', 'Tensor.cuda', 'Tensor.device']],
  'is of gradients and memory': [
    ...['Tensor.backward', 'Tensor.data', 'Tensor.grad', 'Tensor.grad_fn', 'Tensor.register_hook'],
    ...['Tensor.register_post_accumulate_grad_hook', 'Tensor.requires_grad', 'Tensor.retain_grad'],
    ...['Tensor.retains_grad', 'Tensor.storage', 'torch.detach_'],
  ],
};
