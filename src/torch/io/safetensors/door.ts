// The public surface of `safetensors`.
export { loadFile, SafeOpen, type SafetensorsOptions, safeOpen, save, saveFile } from './file';
