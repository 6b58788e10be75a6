// Owns the values of the names that every cell knows.
import type * as Declared from '../builtins';
import { photographOf } from '../photographs/photographs';
import { pretrainedOf } from '../photographs/pretrained';
import { texturesOf } from '../photographs/textures';
import { assert } from './assert';
import { counted, countedNow } from './bars';
import type { Panels } from './controls';
import { type Files, offer } from './files';
import { TensorFilm } from './film';
import { mnistFiles } from './mnist';
import type { RunOutputs } from './outputs';
import { pad } from './pad';
import { putPanel } from './panels';
import { plot } from './plot';
import type { Builtins } from './scope';
import { show } from './show';
import type { Stopper } from './stopper';
import { volumesPanel } from './volumes';

/** What the names hang on. */
export interface Host {
  /** Those of the run that goes on, or of the last one. */
  outputs(): RunOutputs;
  readonly short: boolean;
  readonly site: string;
  readonly files: Files;
  readonly panels: Panels;
  readonly stopper: Stopper;
}

type Names = { readonly [Name in keyof typeof Declared]: (typeof Declared)[Name] };

export function builtinsOf(host: Host): Builtins {
  const site = (path: string) => new URL(path, host.site).href;
  const names: Omit<Names, 'short' | 'canvas'> = {
    show: (thing, options) => show(host.outputs(), thing, options),
    plot: (lines: Parameters<typeof plot>[1], options?: Declared.PlotOptions) => plot(host.outputs(), lines, options),
    progress: (<T>(items: Iterable<T> | AsyncIterable<T>, title = '') =>
      Symbol.asyncIterator in items
        ? counted(host.outputs(), items, title)
        : countedNow(host.outputs(), items, title)) as Names['progress'],
    assert,
    panel: (name: string, options: object = {}) => putPanel(host.outputs(), name, options),
    volumes: (layers, options) => host.outputs().slot().put(volumesPanel(layers, options)),
    filmOf: (title = '') => new TensorFilm(host.outputs(), host.outputs().slot(), title),
    pad: (options) => pad(host.outputs(), options),
    clear: () => host.outputs().clear(),
    file: (name) => host.files.get(name),
    files: () => host.files.names(),
    download: (name, contents) => offer(host.outputs(), name, contents),
    site,
    controls: (defaults) => host.panels.controls(defaults),
    report: (values) => host.panels.report(host.outputs(), values),
    mnist: (options) => mnistFiles(site('data/mnist/'), options),
    photograph: (name) => photographOf(site('data/photographs/'), name),
    textures: (options) => texturesOf(site('data/textures/'), options),
    pretrained: (name) => pretrainedOf(site('data/networks/'), name),
    sleep: (milliseconds) => host.stopper.wait(new Promise<void>((resolve) => setTimeout(resolve, milliseconds))),
  };
  const values = Object.entries(names).map(([name, value]) => [name, { value }] as const);
  let canvas: OffscreenCanvas | undefined;
  return {
    ...Object.fromEntries(values),
    short: { get: () => host.short },
    canvas: {
      get() {
        canvas ??= new OffscreenCanvas(480, 480);
        return canvas;
      },
    },
  };
}
