// The page stays free while the worker trains: it only shows what it is told.
const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
worker.addEventListener('message', ({ data }) => {
  document.querySelector('pre').textContent = data;
});
