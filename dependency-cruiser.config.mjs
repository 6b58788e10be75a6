// The direction of imports inside src: a folder may import those listed above it here, never those below.
const order = [
  ['gpu'],
  ['compiler'],
  ['graph'],
  ['ops'],
  ['autograd'],
  ['tensor'],
  ['data', 'io', 'nn', 'optim'],
  ['distributions', 'einops', 'metrics', 'vision'],
  ['interpret', 'tensorboard'],
  ['lightning'],
  ['worker'],
];

const direction = order.flatMap((folders, rank) => {
  const above = order.slice(rank + 1).flat();
  return folders
    .filter(() => above.length > 0)
    .map((folder) => ({
      name: `${folder}-imports-downward`,
      comment: `src/${folder} may not import ${above.join(', ')}; a type alone may be imported, except by gpu.`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: {
        path: `^src/(${above.join('|')})/`,
        ...(folder === 'gpu' ? {} : { dependencyTypesNot: ['type-only'] }),
      },
    }));
});

export default {
  forbidden: [
    ...direction,
    {
      name: 'no-runtime-cycle',
      comment:
        'Modules that import each other at run time depend on which is loaded first. Types alone may be circular.',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'errors-import-nothing',
      comment: 'Everything may import src/errors.ts, so it stands on nothing.',
      severity: 'error',
      from: { path: '^src/errors\\.ts$' },
      to: { path: '^src/' },
    },
    {
      name: 'surface-is-the-top',
      comment: 'src/index.ts is what users import; inside src, import the module that owns the thing.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/index\\.ts$' },
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
          '(^|/)umap-js(/|$)',
          '(^|/)comlink(/|$)',
        ],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'shaders-by-ops-and-compiler',
      comment: 'Kernels belong to the operation that runs them, or to the compiler.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(ops|compiler)/' },
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
