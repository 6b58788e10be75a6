// `npm start`: installs what is missing, serves the site with MNIST, and opens its home where there is a desktop.
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { setup } from './setup.mjs';

const usage = 'Usage: npm start -- [--port N] [--host NAME] [--no-open]';

try {
  const { port, host, open } = options();
  setup();
  const { createServer } = await import('vite');
  const server = await createServer({
    configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)),
    server: { port, host },
  });
  await server.listen();
  const address = server.resolvedUrls?.local[0] ?? server.resolvedUrls?.network[0];
  console.log(
    `\nOpen ${address} in a browser: courses, a playground, a gallery, the guide and the reference. Stop with Ctrl-C.`,
  );
  if (host !== 'localhost' && (server.resolvedUrls?.network.length ?? 0) > 0) {
    console.log(`Other machines: ${server.resolvedUrls?.network.join(' ')}`);
    console.log('Browsers give WebGPU to secure pages only: localhost, or an address behind HTTPS.');
  }
  if (open && hasDesktop()) {
    server.config.server.open = address ?? true;
    server.openBrowser();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: '5173' },
        host: { type: 'string', default: 'localhost' },
        'no-open': { type: 'boolean', default: false },
      },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65535) {
      throw new Error(`--port: expected a whole number from 0 to 65535, but got ${values.port}`);
    }
    return { port, host: values.host, open: !values['no-open'] };
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
}

function hasDesktop() {
  if (process.env.CI) return false;
  if (process.platform === 'darwin' || process.platform === 'win32') return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}
