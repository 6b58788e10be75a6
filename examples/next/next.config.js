import { fileURLToPath } from 'node:url';

// A static export: `out` can be served by anything. The root is the folder that node_modules are in.
export default { output: 'export', turbopack: { root: fileURLToPath(new URL('..', import.meta.url)) } };
