// Which files of PyTorch's tests run, and the lines of them that cannot be read here.

/** The modules of tests, by their paths in PyTorch's folder `test`. */
export const modules = [
  'test_nn',
  'test_torch',
  'test_autograd',
  'test_optim',
  'nn/test_convolution',
  'nn/test_dropout',
  'nn/test_embedding',
  'nn/test_init',
  'nn/test_lazy_modules',
  'nn/test_load_state_dict',
  'nn/test_module_hooks',
  'nn/test_multihead_attention',
  'nn/test_packed_sequence',
  'nn/test_parametrization',
  'nn/test_pooling',
  'nn/test_pruning',
  'optim/test_lrscheduler',
  'optim/test_optim',
  'optim/test_swa_utils',
  'test_indexing',
  'test_type_promotion',
  'test_view_ops',
  'test_scatter_gather_ops',
  'test_shape_ops',
  'test_sort_and_select',
];

/**
 * Lines that need complex numbers or NumPy where a file is imported: the file, the line, and its replacement.
 * @type {readonly (readonly [path: string, before: string, after: string])[]}
 */
export const edits = [
  ['torch/testing/_internal/common_nn.py', '    l1loss_no_reduce_complex_test(),\n', ''],
  // Decorators name NumPy's dtypes.
  ['test/test_nn.py', '\nif TEST_NUMPY:\n', '\nif True:\n'],
];

/** Files of `torch/testing` that none of the tests needs. */
export const unneeded =
  /\/_internal\/(distributed|opinfo|generated|codegen|data|optests)\/|common_methods_invocations|common_quantiz|hypothesis_utils/;

/** Tests of tensors that are larger than a page has memory for. */
export const tooLarge = /interpolate_buffer_overflow|loss_precision|_large_|_large$|overflow|64bit/;
