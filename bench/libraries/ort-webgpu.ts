// onnxruntime-web's WebGPU provider.
import * as ort from 'peer:ort-webgpu';
import type { Library } from './library';
import { openProvider } from './onnxruntime';

export const open = (): Promise<Library> => openProvider(ort, 'webgpu');
