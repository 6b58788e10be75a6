// Vite plugin that serves the wheels which scripts/checks/packages/wheels.json names.
import type { Plugin } from 'vite';
import { bytesOf, wheelNamed } from '../../scripts/wheels.mjs';

const prefix = '/wheels/';

/** Answers `/wheels/NAME`; with status 502 where PyPI does not. */
export function wheels(): Plugin {
  return {
    name: 'lamplight:wheels',
    configureServer(server) {
      server.middlewares.use(async (request, response, next) => {
        const path = request.url ?? '';
        if (!path.startsWith(prefix)) return next();
        const wheel = wheelNamed(path.slice(prefix.length));
        if (!wheel) return next();
        try {
          response.end(await bytesOf(wheel));
        } catch (error) {
          response.statusCode = 502;
          response.end(String(error));
        }
      });
    },
  };
}
