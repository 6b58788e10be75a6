// The doors that stand for libraries of Python, as one module.
export * as torch from '../src/index';
export * as interpret from '../src/interpret/index';
export * as lightning from '../src/lightning/index';
export * as metrics from '../src/metrics/index';
export * as vision from '../src/vision/index';
