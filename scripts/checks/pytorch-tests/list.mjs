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

/** Tests, by their names, of what a page has not: reasons.md says what and why. */
export const outOfReach =
  /[Cc]uda|CUDA|[Cc]omplex|_(?:bfloat16|float16|half|u?int16|int8|uint(?:32|64)|cfloat|chalf|cdouble)(?:_|$)|q(?:u?int|engine)|[Qq]uantiz|[Ss]parse|[Nn]ested_?[Tt]ensor|_jit|dynamo|[Ff]orward_?[Mm]ode|forward_ad|fwd_ad|jvp|[Pp]rofiler|vmap|[Tt]hread|[Vv]itals|_meta(?:_|$)|LAZY|[Nn]amed_?tensor|mkldnn|[Mm]ultiprocess|[Ss]torage|[Ss]hared?_memory|numpy|memory_format|channels_last|weak_?ref|DispatchMode|_VF|Fusion|AllowMutation/;

/** The same by the last lines of what a test fails with. */
export const outOfReachWhy =
  /bfloat16|[Cc]omplex|"u?int(?:8|16)"|float16|numpy|'ndarray' object|stand_ins\.Missing|_make_wrapper_subclass|forward_ad|sparse|mkldnn|start new thread|processes|quantize|Storage|torch\._C|__torch_dispatch__|_VF|'(?:meta|lazy)'|refine_names|_saved_|_raw_saved|nested|_test_|vitals|_fix_weakref|torch\.ops\.aten|functorch|torch\.jit/;
