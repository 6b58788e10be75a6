// Compares the names of PyTorch's namespaces with the library's, and says why a name is not there.

/**
 * @typedef {{ namespace: string, name: string, ours: string, status: 'have' | 'left out' | 'lacking', reason: string }} Entry
 */

/** Reasons by pattern of the full name, first match first; what matches none and is not there is lacking. */
const reasons = /** @type {readonly (readonly [RegExp, string])[]} */ ([
  [/^torch\.[A-Z]\w*$|\.(DType|ScalingType|SwizzleType)$/, 'classes behind Python, its compilers and its number types'],
  [
    /complex|chalf|cdouble|cfloat|\.(real|imag|conj\w*|angle|polar|is_conj|is_neg|resolve_\w+|mH|H|isreal)$/,
    'complex numbers',
  ],
  [/quant(?!ile)|\.q(u?int\d|_\w|scheme)|fake_|int_repr|scaled_(mm|grouped|addmm)|fbgemm|\.bits\d/, 'quantization'],
  [
    /sparse|coalesce|to_dense|c?(row|col)_indices|(indices|values)_copy|dense_dim|\.(d|h|hs|s)?s?p?s?mm$|sspaddmm|Sparse/,
    'sparse tensors',
  ],
  [
    /cudnn|miopen|cuda|mkldnn|[._]xpu|[._]ipu|mtia|[._]hpu|maia|vulkan|xnnpack|autocast|_deterministic|deterministic_|[._]is_(cpu|meta|mps|xla)$|\.cpu$|pinn|pin_mem|record_stream|device|num_threads|init_num|flush_denormal|float32_matmul/,
    'devices: there is one, WebGPU',
  ],
  [/DataParallel|SyncBatchNorm|share_memory|is_shared|is_distributed|\.(fork|wait)$/, 'distributed training'],
  [
    /\.(float64|double|bfloat16|u?int16|int8|uint64|short|char|u?int[1-7]|float[48]_\w+|[sg]et_default_\w+|grad_dtype|type)$/,
    'number types that WGSL does not have',
  ],
  [/\.(apply_|map2?_)$/, 'calls of Python for each element'],
  [
    /\.(default_generator|thread_safe_generator)$/,
    'its methods are there as manualSeed, seed, initialSeed, getRngState and setRngState',
  ],
  [/storage|data_ptr|\.set_$|is_set_to/, 'storage: buffers are on the device'],
  [
    /\.(compile|export|cond|while_loop|sym_\w+|parse_\w+|import_ir\w*|merge_type\w*|unify_\w+|module_load)$|jit/,
    'compilation of Python',
  ],
  [/\.(names|rename_?|align_\w+|refine_names|has_names)$/, 'named dimensions'],
  [
    /\.(inverse|det|logdet|slogdet|l?solve|cholesky\w*|qr|svd|eig|symeig|lu|lu_\w+|pinverse|orgqr|ormqr|geqrf|lobpcg|\w+_lowrank|matrix_(exp|power)|lstsq|triangular_solve|chain_matmul)$/,
    'out of scope: dense inverses and factorizations',
  ],
  [/stft|_window$/, 'out of scope: signal processing'],
  [/nested|to_padded/, 'nested tensors'],
  [
    /numpy|dlpack|from_file|frombuffer|asarray|__|\.(reduce_ex|typename|obj|finfo|iinfo)$/,
    'Python objects and buffers',
  ],
  [
    /_copy$|_backward|native_|_with_indices$|batch_norm_\w+|choose_qparams|constant_pad_nd|conv_tbc|embedding_renorm|grid_sampler|affine_grid_generator|slice_inverse|fused_|has_torch_function|handle_torch|boolean_dispatch|assert_int|multi_head_attention_forward|output_nr|_hash|norm_except_dim|_weight_norm/,
    'an inner part of PyTorch: its public function is there, or needs none',
  ],
  [
    /^torch\.(nn\.(Container|NLLLoss2d|CrossMapLRN2d|functional\.upsample\w*)|ger|Tensor\.(ger|new|name|reinforce|volatile|resize|resize_as))$/,
    'deprecated in PyTorch',
  ],
  [
    /layout|empty_permuted|dim_order|memory_format|contiguous_format|channels_last|preserve_format|_strided$|\.strided$/,
    'memory formats',
  ],
  [
    /\.(is_tensor|is_storage|is_inference\w*|is_warn\w*|set_warn\w*|set_printoptions|\w*vital\w*)$/,
    'tooling of Python',
  ],
]);

/** Names that are spelt otherwise here. */
const spellings = /** @type {Readonly<Record<string, string>>} */ ({
  'torch.Tensor.is_leaf': 'isLeaf',
  'torch.optim.lr_scheduler': 'lrScheduler',
});

/**
 * snake_case as camelCase, a trailing underscore kept.
 * @param {string} name
 */
export const camelCase = (name) => name.replace(/(?<=[a-z0-9])_([a-z0-9])/gi, (_, letter) => letter.toUpperCase());

/**
 * @param {Readonly<Record<string, readonly string[]>>} names PyTorch's, by namespace
 * @param {Readonly<Record<string, object>>} library ours, by the same namespaces
 * @returns {Entry[]}
 */
export function apiTable(names, library) {
  return Object.entries(names).flatMap(([namespace, list]) => {
    const space = library[namespace];
    if (!space) throw new Error(`apiTable: expected one of ${Object.keys(library).join(', ')}, but got ${namespace}`);
    return list.map((name) => {
      const full = `${namespace}.${name}`;
      const ours = spellings[full] ?? camelCase(name);
      if (ours in space) return entry(namespace, name, ours, 'have', '');
      const reason = elsewhere(namespace, ours, library) ?? reasons.find(([pattern]) => pattern.test(full))?.[1];
      return entry(namespace, name, ours, reason ? 'left out' : 'lacking', reason ?? '');
    });
  });
}

/**
 * Where PyTorch has a name twice and we have it once.
 * @param {string} namespace
 * @param {string} ours
 * @param {Readonly<Record<string, object>>} library
 */
function elsewhere(namespace, ours, library) {
  const has = (/** @type {string} */ space, /** @type {string} */ name) => name in (library[space] ?? {});
  const plain = ours.replace(/_$/, '');
  if (namespace !== 'torch.nn.functional' && has('torch.nn.functional', plain)) return `as nn.functional.${plain}`;
  if (namespace === 'torch' && ours !== plain && has('torch.Tensor', ours)) return 'as a method of tensors';
  if (namespace === 'torch.nn.functional' && ours !== plain && has(namespace, plain)) return 'with inplace: true';
  return undefined;
}

/**
 * @param {string} namespace
 * @param {string} name
 * @param {string} ours
 * @param {Entry['status']} status
 * @param {string} reason
 * @returns {Entry}
 */
const entry = (namespace, name, ours, status, reason) => ({ namespace, name, ours, status, reason });

/**
 * The table in Markdown, with the counts of each namespace before it.
 * @param {readonly Entry[]} entries
 * @param {string} version of PyTorch
 */
export function markdown(entries, version) {
  const namespaces = [...new Set(entries.map(({ namespace }) => namespace))];
  const count = (/** @type {string} */ namespace, /** @type {string} */ status) =>
    entries.filter((each) => each.namespace === namespace && each.status === status).length;
  return [
    `# Names of PyTorch ${version}`,
    '',
    '| Namespace | have | left out | lacking |',
    '| --- | ---: | ---: | ---: |',
    ...namespaces.map(
      (each) => `| ${each} | ${count(each, 'have')} | ${count(each, 'left out')} | ${count(each, 'lacking')} |`,
    ),
    '',
    '| PyTorch | Lamplight | why not |',
    '| --- | --- | --- |',
    ...entries.map(
      ({ namespace, name, ours, status, reason }) =>
        `| ${namespace}.${name} | ${status === 'have' ? ours : ''} | ${status === 'lacking' ? 'lacking' : reason} |`,
    ),
    '',
  ].join('\n');
}
