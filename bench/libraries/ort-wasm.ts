// onnxruntime-web's WASM provider: the processor's own code, another kind of thing, for orientation.
import * as ort from 'peer:ort-wasm';
import type { Library } from './library';
import { openProvider } from './onnxruntime';

export const open = (): Promise<Library> => openProvider(ort, 'wasm');
