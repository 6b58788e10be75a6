// The direction of imports inside src, and how pages and the notebook enter. The floors stand on each other, engine, torch, doors, and so do the rooms of a floor
// in the order given here: a room may import those before it, never those behind. No two modules may import each other.
const floors = {
  engine: ['core', 'wgsl', 'gpu', 'compiler', 'graph', 'ops', 'growth', 'kernels', 'storage'],
  torch: ['tensor', 'autograd', 'runtime', 'crossing', 'nn', 'optim', 'io', 'data'],
  doors: [
    'draw',
    'distributions',
    'einops',
    'vision',
    'onnx',
    'pytorch',
    'metrics',
    'interpret',
    'tensorboard',
    'lightning',
    'worker',
    'python',
  ],
};
const order = Object.values(floors).flat();
/** Where a room is. */
const at = (room) => `${Object.entries(floors).find(([, rooms]) => rooms.includes(room))[0]}/${room}`;
/** Rooms that load one behind them when it is first needed, by import(); the rules below say so for each. */
const late = [
  ['graph', 'growth'],
  ['ops', 'kernels'],
  ['compiler', 'kernels'],
];
/** Rooms without a direction between them: neither may import the other. */
const apart = [
  ['wgsl', 'gpu'],
  ['runtime', 'crossing'],
  ['draw', 'distributions', 'einops'],
  ['distributions', 'einops', 'vision'],
  ['interpret', 'tensorboard'],
  ['onnx', 'pytorch'],
];

const forbid = (from, to, comment, types = true) => ({
  name: `${from}-imports-no-${to.length === 1 ? to[0] : 'room-behind-it'}`,
  comment,
  severity: 'error',
  from: { path: `^src/${at(from)}/` },
  to: { path: `^src/(${to.map(at).join('|')})/`, ...(types && { dependencyTypesNot: ['type-only'] }) },
});

const direction = order.flatMap((room, rank) => {
  const behind = order.slice(rank + 1).filter((other) => !late.some(([from, to]) => from === room && to === other));
  const said = `src/${at(room)} may not import ${behind.join(', ')}; a type alone may be imported, except by gpu.`;
  return behind.length > 0 ? [forbid(room, behind, said, room !== 'gpu')] : [];
});

const siblings = apart.flatMap((rooms) =>
  rooms.flatMap((room, i) =>
    rooms.slice(0, i).map((other) => forbid(room, [other], `src/${at(room)} and src/${at(other)} stand apart.`)),
  ),
);

export default {
  forbidden: [
    ...direction,
    {
      name: 'graph-loads-growth',
      comment: 'Programs that serve several lengths are made once a loop is known to repeat.',
      severity: 'error',
      from: { path: '^src/engine/graph/' },
      to: { path: '^src/engine/growth/', dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'ops-load-kernels',
      comment:
        'An operation loads its kernels when a plan needs them, by import(). The sum of reduce.ts is in almost every program, which should not wait for it.',
      severity: 'error',
      from: { path: '^src/engine/ops/', pathNot: '^src/engine/ops/reduction/reduce\\.ts$' },
      to: { path: '^src/engine/kernels/', dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'reduce-has-its-kernels',
      comment: 'What reduce.ts has of the kernels is how a reduction is divided.',
      severity: 'error',
      from: { path: '^src/engine/ops/reduction/reduce\\.ts$' },
      to: {
        path: '^src/engine/kernels/',
        pathNot: '^src/engine/kernels/reduce/(elements|strips)\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'compiler-loads-kernels',
      comment:
        'The compiler knows of the kernels only the list of their texts, so that a new kernel changes nothing in the compiler. The list itself loads the texts by import().',
      severity: 'error',
      from: { path: '^src/engine/compiler/' },
      to: {
        path: '^src/engine/kernels/',
        pathNot: '^src/engine/kernels/text-bundles\\.ts$',
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'text-bundles-load-texts',
      comment: 'Every program has the list of texts of kernels, and loads the texts that it needs.',
      severity: 'error',
      from: { path: '^src/engine/kernels/text-bundles\\.ts$' },
      to: { path: '^src/', pathNot: '^src/engine/core/', dynamic: false },
    },
    ...siblings,
    {
      name: 'no-runtime-cycle',
      comment:
        'Modules that import each other at run time depend on which is loaded first. Types alone may be circular.',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-circle-in-the-compiler',
      comment:
        'What each file of the compiler stands on can be read one file after another: neither types nor import() lead back.',
      severity: 'error',
      from: { path: '^src/engine/compiler/' },
      to: { circular: true, viaOnly: { path: '^src/engine/compiler/' } },
    },
    {
      name: 'errors-import-nothing',
      comment: 'Everything may import src/engine/core/errors.ts, so it stands on nothing.',
      severity: 'error',
      from: { path: '^src/engine/core/errors\\.ts$' },
      to: { path: '^src/' },
    },
    {
      name: 'surface-is-the-top',
      comment:
        'src/index.ts is what users import. It shows two doors, so a door that imported it would import itself; inside src, import the module that owns the thing.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/index\\.ts$' },
    },
    {
      name: 'doors-enter-through-two-files',
      comment:
        'A door imports what any user has from src/torch/index.ts, and what doors need besides from src/torch/inside.ts.',
      severity: 'error',
      from: { path: '^src/doors/' },
      to: { path: '^src/(engine|torch)/', pathNot: '^src/torch/(index|inside)\\.ts$' },
    },
    {
      name: 'entrances-are-for-doors',
      comment:
        'src/torch/index.ts and src/torch/inside.ts show the engine and torch to others; these import the module that owns the thing.',
      severity: 'error',
      from: { path: '^src/(engine|torch)/' },
      to: { path: '^src/torch/(index|inside)\\.ts$' },
    },
    {
      name: 'engine-knows-no-torch',
      comment: 'The engine stands below torch: not even a type comes from there.',
      severity: 'error',
      from: { path: '^src/engine/' },
      to: { path: '^src/(torch|doors)/' },
    },
    {
      name: 'src-stands-alone',
      comment:
        'The library uses its own modules and shaders, the optional peers webgpu and comlink, and what the build puts into chunks that load when they are needed.',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        pathNot: [
          '^src/',
          '^shaders/',
          '(^|/)webgpu/',
          '(^|/)@noble/hashes/',
          '(^|/)papaparse/',
          '(^|/)pbf/',
          '(^|/)umap-js(/|$)',
          '(^|/)comlink(/|$)',
        ],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'notebook-knows-what-users-know',
      comment:
        'The package of the notebook stands on the doors of the library, as a page does, and on nothing of the site.',
      severity: 'error',
      from: { path: '^packages/notebook/' },
      to: {
        path: '^(src|demos|scripts|shaders|python|bench|test|examples)/',
        pathNot: '^src/(index|torch/nn/functional/index|doors/[^/]+/index)\\.ts$',
      },
    },
    {
      name: 'packages-by-name',
      comment:
        'Pages and the notebook import the library by its name, and pages the notebook. What builds the site runs in Node, before names lead to sources.',
      severity: 'error',
      from: { path: '^(demos|packages/notebook)/', pathNot: '^demos/build/' },
      to: { path: '^(src|packages)/', pathNot: '^$1/', dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'shaders-by-ops-kernels-and-compiler',
      comment: 'Texts of kernels belong to the operation that runs them, or to the compiler.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/engine/(ops|kernels|compiler)/' },
      to: { path: '^shaders/' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.mjs', '.js', '.wgsl'] },
  },
};
