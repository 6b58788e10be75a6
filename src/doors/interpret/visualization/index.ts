// The exports of `visualization`: attributions on canvases, as Captum draws them.
export {
  type ImageAttrMultipleOptions,
  type ImageAttrOptions,
  visualizeImageAttr,
  visualizeImageAttrMultiple,
} from './image';
export type { VisualizeSign } from './normalize';
export type { ImageVisualizationMethod } from './panel';
export { type TimeseriesAttrOptions, type TimeseriesVisualizationMethod, visualizeTimeseriesAttr } from './timeseries';
