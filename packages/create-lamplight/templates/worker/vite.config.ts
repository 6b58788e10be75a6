import { defineConfig } from 'vite';

// Workers are modules, as pages are.
export default defineConfig({ worker: { format: 'es' } });
