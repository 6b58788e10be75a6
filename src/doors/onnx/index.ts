// lamplight/onnx: reads ONNX files of any origin as models, and writes models as ONNX files.
export { type DynamicAxes, exportModel as export, type OnnxExportOptions, type TrainingMode } from './export/export';
export type { ExternalData } from './load/external';
export type { OnnxInput } from './load/inputs';
export { load, type OnnxLoadOptions, type OnnxProgress } from './load/load';
export { OnnxModule, type OnnxOutput, type OnnxProducer } from './load/module';
