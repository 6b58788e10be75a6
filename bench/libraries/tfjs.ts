// TensorFlow.js with its WebGPU backend.
import * as tf from 'peer:tfjs';
import 'peer:tfjs-webgpu';
import type { Library } from './library';
import { openTensorFlow } from './tensorflow';

export const open = (): Promise<Library> => openTensorFlow(tf);
