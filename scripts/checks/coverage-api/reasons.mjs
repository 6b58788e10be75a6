// Why names of PyTorch are not in the library: every reason with the names that it is true of.

/** @param {string} words names of a namespace, apart by spaces @param {string} [namespace] */
const names = (words, namespace = 'torch') =>
  new RegExp(`^${namespace.replaceAll('.', '\\.')}\\.(${words.trim().split(/\s+/).join('|')})$`);

/** Names that `torch` and `torch.Tensor` both have. @param {string} words */
const both = (words) => new RegExp(names(words).source.replace('torch', 'torch(?:\\.Tensor)?'));

/** Reasons by pattern of the full name, first match first; what matches none and is not there is lacking. */
export const reasons = /** @type {readonly (readonly [RegExp, string])[]} */ ([
  // ── Classes at the top level ──
  [
    names(`AliasDb AnyType Argument ArgumentSpec AwaitType Block BoolType BufferDict CallStack Capsule ClassType Code CompilationUnit
      CompleteArgumentSpec ComplexType ConcreteModuleType ConcreteModuleTypeBuilder DeepCopyMemoTable DeserializationStorageContext DeviceObjType DictType
      EnumType ErrorReport ExecutionPlan FileCheck FloatType FunctionSchema FutureType Gradient Graph GraphExecutorState IODescriptor InferredType IntType
      InterfaceType JITException ListType LiteScriptModule LockingLogger ModuleDict Node NoneType NoopLogger NumberType OperatorInfo OptionalType ParameterDict
      PyObjectType RRefType Script\\w+ SerializationStorageContext StaticModule StreamObjType StringType SymBoolType SymIntType TensorType TracingState
      TupleType Type UnionType Use Value`),
    'TorchScript, which compiles Python',
  ],
  [names('SymBool SymFloat SymInt sym_\\w+ cond'), 'compilation of Python'],
  [
    names('import_ir_module\\w* merge_type_from_type_comment parse_ir parse_schema parse_type_comment unify_type_list'),
    'TorchScript, which compiles Python',
  ],
  [
    names('DisableTorchFunction DisableTorchFunctionSubclass DispatchKey DispatchKeySet ExcludeDispatchKeyGuard Tag'),
    'how Python dispatches operations to kernels',
  ],
  [
    names('AVG SUM AggregationType BenchmarkConfig BenchmarkExecutionStats Event ThroughputBenchmark'),
    'measures programs in Python: gpu.profile and gpu.stats are here',
  ],
  [names('\\w+Tensor'), 'types of tensors before dtypes: tensor(data, { dtype })'],
  [names('\\w+Storage is_storage'), 'storages: the memory of tensors is on the device'],
  [names('PyTorchFileReader PyTorchFileWriter'), 'the file format behind save and load'],
  [names('AcceleratorError FatalError'), "errors are this library's own classes, and exceptions of JavaScript"],
  [names('Future fork wait'), 'tasks in parallel: promises of JavaScript'],
  [names('dtype'), 'dtypes are strings'],
  [names('device Stream'), 'devices: there is one, WebGPU'],
  [/autocast_/, 'switches of mixed precision one by one: torch.autocast(fn)'],

  // ── Types of numbers ──
  [
    /complex|chalf|cdouble|cfloat|\.(real|imag|conj\w*|angle|polar|is_conj|is_neg|resolve_\w+|isreal)$|view_as_real/,
    'complex numbers',
  ],
  [
    /quant(?!ile)|\.q(u?int\d|_\w|scheme)|fake_|int_repr|scaled_(mm|grouped|addmm)|fbgemm|choose_qparams|\.bits\d/,
    'quantization, and numbers of less than 16 bits',
  ],
  [
    both(
      'float64 double bfloat16 u?int16 int8 uint64 short char bit u?int[1-7] float[48]_\\w+ float_power float_power_ hash_tensor',
    ),
    'types of numbers that WGSL does not have',
  ],
  [both('set_default_tensor_type'), 'deprecated in PyTorch'],
  [names('grad_dtype', 'torch.Tensor'), 'a gradient has the dtype of its tensor'],

  // ── Kinds of tensors ──
  [
    /sparse|coalesce|to_dense|c?(row|col)_indices|(indices|values)_copy|dense_dim|\.(d|h|hs|s)?s?p?s?mm$|sspaddmm|saddmm|Sparse|Tensor\.(indices|values)$/,
    'sparse tensors',
  ],
  [/nested|to_padded/, 'nested tensors'],
  [/layout|memory_format|_strided$|empty_permuted|dim_order/, 'memory formats: tensors are made in row-major order'],
  [/Tensor\.(\w*storage\w*|(const_)?data_ptr|set_|is_set_to)$/, 'storages: the memory of tensors is on the device'],
  [/\.resize(_as)?_?$/, 'storages of other sizes: make a tensor, or take a view'],
  [names('as_subclass', 'torch.Tensor'), 'classes of Python'],
  [names('module_load', 'torch.Tensor'), 'helpers of public functions and modules'],
  [names('new', 'torch.Tensor'), 'types of tensors before dtypes: newTensor(data)'],
  [names('apply_ map_ map2_', 'torch.Tensor'), 'a function of Python for each element'],
  [names('name volatile reinforce', 'torch.Tensor'), 'without use in PyTorch since tensors are variables'],
  [/is_inference/, 'tensors of inferenceMode are as others: isGradEnabled tells the mode'],

  // ── Devices ──
  [
    /cudnn|cuda|miopen|mkldnn|mtia|[._]xpu|[._]ipu|maia|[._]vulkan|[._]is_(cpu|meta|mps|xla)$|\.cpu$|record_stream|_device\b|\.device$|get_device_module/,
    'devices: there is one, WebGPU',
  ],
  [/pin_memory|is_pinned/, 'memory of the processor: uploads need none that is pinned'],
  [/num_threads|num_interop_threads|flush_denormal/, 'threads and modes of the processor: kernels run on the device'],
  [/float32_matmul_precision/, 'products of float32 are computed in float32'],
  [/deterministic/, 'every kernel gives the same numbers in every run'],
  [/DataParallel|SyncBatchNorm|share_memory|is_shared|is_distributed/, 'distributed training'],

  // ── Names for what is here under another, or in another form ──
  [
    both(
      'alias_copy as_strided_copy detach_copy diagonal_copy expand_copy narrow_copy permute_copy select_copy slice_copy',
    ),
    'a view that is copied: clone() of it',
  ],
  [
    both(
      'split(_with_sizes)?_copy squeeze_copy t_copy transpose_copy unbind_copy unfold_copy unsqueeze_copy view_copy',
    ),
    'a view that is copied: clone() of it',
  ],
  [/_with_indices$/, 'with returnIndices: true'],
  [
    names('native_(batch|group|layer)_norm native_channel_shuffle native_dropout native_norm'),
    'kernels behind public functions',
  ],
  [
    names(
      'batch_norm_\\w+ slice_inverse norm_except_dim embedding_renorm_ embedding_bag affine_grid_generator grid_sampler\\w*',
    ),
    'kernels behind public functions',
  ],
  [names('slice_inverse output_nr index', 'torch.Tensor'), 'kernels behind public functions'],
  [
    names(
      'assert_int_or_pair boolean_dispatch handle_torch_function has_torch_function\\w* native_channel_shuffle',
      'torch.nn.functional',
    ),
    'helpers of public functions and modules',
  ],
  [names('swap_in_optimizer_params_and_state', 'torch.optim'), 'in another way: stateDict() and loadStateDict()'],
  [names('factory_kwargs', 'torch.nn'), 'helpers of public functions and modules'],
  [names('RNNBase RNNCellBase', 'torch.nn'), 'base classes: RNN, LSTM, GRU and their cells are here'],
  [names('DType ScalingType SwizzleType BroadcastingList[123]', 'torch.nn.functional'), 'annotations of types'],
  [names('constant_pad_nd'), 'as nn.functional.pad'],
  [both('convolution'), 'as nn.functional.conv1d, conv2d, conv3d and their transposes'],
  [/conv_tbc$/, 'as nn.functional.conv1d of the permuted input'],
  [names('(gru|lstm|rnn_relu|rnn_tanh)(_cell)?'), 'as modules: nn.GRU, nn.LSTM, nn.RNN and their cells'],
  [names('(set|is)_anomaly_\\w+'), 'as autograd.detectAnomaly, which takes a callback'],
  [both('set_warn_always is_warn_always_enabled'), 'warnings of Python'],
  [names('thread_safe_generator'), "generators of the workers of Python's DataLoader"],
  [names('default_generator'), 'functions without a generator draw from it; manualSeed seeds it'],
  [
    names('asarray from_numpy frombuffer from_file'),
    'arrays and files of Python: tensor() takes arrays, typed arrays and pictures',
  ],
  [names('numpy', 'torch.Tensor'), 'arrays of Python: data() and tolist()'],
  [names('typename'), 'names of types in Python'],
  [
    /^torch\.(nn\.(Container|NLLLoss2d|CrossMapLRN2d|functional\.upsample\w*)|ger|Tensor\.ger|chain_matmul)$/,
    'deprecated in PyTorch',
  ],

  [
    /^torch\.nn\.(init\.\w+(?<!_)|utils\.clip_grad_norm|Module\.register_backward_hook)$|^torch\.autograd\.variable$/,
    'deprecated in PyTorch',
  ],
  [
    /^torch\.(nn\.utils\.(rnn\.invert|parametrize\.(transfer|type_before))|func\.debug_|linalg\.Tensor|fft\.Tensor)\w*$/,
    'helpers of public functions and modules',
  ],
  [
    names('PruningContainer', 'torch.nn.utils.prune'),
    'how masks of one tensor are combined, which a method does itself',
  ],
  [/^torch\.nn\.attention\.\w+_flash_attention_impls?$/, 'kernels of attention from outside: there is one here'],
  [names('NestedIOFunction', 'torch.autograd'), 'as autograd.Function, whose inputs are tensors'],
  [names('set_detect_anomaly', 'torch.autograd'), 'as autograd.detectAnomaly, which takes a callback'],
  [names('set_multithreading_enabled', 'torch.autograd'), 'threads of the processor: kernels run on the device'],
  [
    /^torch\.autograd\.graph\./,
    'the compiler decides what is kept for gradients: checkpoint computes it again, registerHook sees gradients, gradFn names functions',
  ],
  [
    names('(enter|exit)_dual_level', 'torch.autograd.forward_ad'),
    'as autograd.forwardAd.dualLevel, which takes a callback',
  ],
  [names('UnpackedDualTensor', 'torch.autograd.forward_ad'), 'a type: what unpackDual returns'],
  [
    names('functionalize rearrange', 'torch.func'),
    'writes in place are values of the graph already; einops has rearrange',
  ],
  [
    names('replace_all_batch_norm_modules_', 'torch.func'),
    'as modules made with { trackRunningStats: false }, or nn.GroupNorm',
  ],
  [names('ExponentialFamily', 'torch.distributions'), 'a base class: entropies and divergences are written out here'],
  [/\.PositiveDefiniteTransform$/, 'as LowerCholeskyTransform, then the product of its result with its transpose'],
  [
    names('MixtureSameFamilyConstraint dependent dependent_property is_dependent', 'torch.distributions.constraints'),
    'marks in classes of Python: a getter depends on what it reads',
  ],
  [names('eig eigvals', 'torch.linalg'), 'complex numbers'],
  [
    names(
      'DFIterDataPipe DataChunk IterDataPipe MapDataPipe argument_validation functional_datapipe guaranteed_datapipes_determinism runtime_\\w+',
      'torch.utils.data',
    ),
    'deprecated in PyTorch: data pipes',
  ],
  [names('DistributedSampler', 'torch.utils.data'), 'distributed training'],
  [names('Sampler', 'torch.utils.data'), 'a base class: whatever lists indices is a sampler'],
  [names('T_destination forward', 'torch.nn.Module'), 'annotations of types'],
  [names('bfloat16 type', 'torch.nn.Module'), 'types of numbers that WGSL does not have; to(dtype)'],
  [names('compile', 'torch.nn.Module'), 'as torch.compile(model): every graph is compiled here'],
  [names('to_empty', 'torch.nn.Module'), 'devices: there is one, WebGPU'],

  // ── Out of scope ──
  [
    names(
      'inverse det logdet slogdet cholesky\\w* qr svd pinverse matrix_(power|exp) lu_solve orgqr ormqr geqrf',
      'torch.Tensor',
    ),
    'as functions, torch.inverse(x) and torch.linalg: as methods every page would download them',
  ],
  [
    both('l?solve eig symeig lu lu_(?!solve|unpack)\\w+ lobpcg lstsq triangular_solve nuclear_norm'),
    'as functions of torch.linalg: solve, solveTriangular, luFactor, eigh, lstsq',
  ],
  [/stft/, 'out of scope: signal processing'],
  [names('grouped_mm', 'torch.nn.functional'), 'out of scope: mixtures of experts'],
  [
    /LinearCrossEntropy|linear_cross_entropy/,
    'out of scope: large vocabularies, whose loss is fused with a projection; nn.Linear, then nn.CrossEntropyLoss',
  ],
]);
