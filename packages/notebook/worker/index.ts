// The worker that runs a notebook's cells: takes the page's messages, and holds the library and what cells have declared.
import { gpu, setDisplay } from 'lamplight';
import type { FromWorker, Start, ToWorker } from '../protocol';
import { whenLoaded } from '../ui/resources';
import { builtinsOf } from './builtins';
import { Cells, Declarations } from './cells';
import { takeConsole } from './console';
import { Panels } from './controls';
import { displayOf } from './display';
import { Files } from './files';
import { refuseOnProcessors } from './gpu-canvas';
import { openLine } from './line';
import { PythonCells } from './python';
import { closeStorage, stayOpen } from './sandbox';
import { Scope } from './scope';
import { Stopper } from './stopper';

/** Calls that Chrome notes of an error; 10 by default. */
const FRAMES = 100;

class Kernel {
  readonly #files = new Files();
  readonly #stopper = new Stopper();
  readonly #panels: Panels;
  readonly #cells: Cells;
  readonly #scope: Scope;
  readonly #send: (message: FromWorker) => void;
  #short: boolean;

  constructor({ trusted, short, site, panels }: Start, send: (message: FromWorker) => void) {
    this.#send = send;
    if (!trusted) closeStorage();
    this.#panels = new Panels(panels ? send : null);
    stayOpen();
    refuseOnProcessors(globalThis.GPUCanvasContext);
    // The library's own calls stand above the cell's in a stack.
    (Error as { stackTraceLimit?: number }).stackTraceLimit = FRAMES;
    this.#short = short;
    const self = this;
    const declarations = new Declarations();
    const builtins = builtinsOf({
      outputs: () => this.#cells.outputs,
      get short() {
        return self.#short;
      },
      site,
      files: this.#files,
      panels: this.#panels,
      stopper: this.#stopper,
    });
    this.#scope = new Scope(builtins, declarations);
    this.#cells = new Cells({
      scope: this.#scope,
      stopper: this.#stopper,
      python: new PythonCells({
        outputs: () => this.#cells.outputs,
        scope: this.#scope,
        files: this.#files,
        site,
        interrupts: (buffer) => send({ type: 'interrupts', buffer }),
        get short() {
          return self.#short;
        },
      }),
      declarations,
      builtins: Object.keys(builtins),
      post: send,
    });
    takeConsole(() => this.#cells.outputs);
    setDisplay(
      displayOf(
        () => this.#cells.outputs,
        () => this.#stopper.signal,
      ),
    );
    whenLoaded((addresses) => send({ type: 'fetched', addresses }));
    addEventListener('error', (event) => this.#stray(event, event.error ?? event.message));
    addEventListener('unhandledrejection', (event) => this.#stray(event, event.reason));
    gpu.onLost(({ error }) => {
      this.#cells.watch.forget();
      send({ type: 'lost', message: error.message });
    });
  }

  #stray(event: Event, error: unknown): void {
    event.preventDefault();
    this.#cells.stray(error);
  }

  take(message: Exclude<ToWorker, Start>): void {
    switch (message.type) {
      case 'run':
      case 'explain':
      case 'ask':
        this.#cells.add(message);
        break;
      case 'stop':
        this.#cells.stop();
        break;
      case 'ping':
        this.#send({ type: 'pong', ping: message.ping });
        break;
      case 'file':
        this.#files.add(message.file);
        break;
      case 'remove-file':
        this.#files.remove(message.name);
        break;
      case 'canvas':
        this.#scope.set(message.name, message.canvas);
        break;
      case 'controls':
        this.#panels.set(message.values);
        break;
      case 'short':
        this.#short = message.short;
    }
  }
}

openLine((start, send) => {
  const kernel = new Kernel(start, send);
  return (message) => kernel.take(message);
});
