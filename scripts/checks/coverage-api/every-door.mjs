// The doors that stand for libraries of Python, as one module.

export * as interpret from '../../../src/doors/interpret/index';
export * as lightning from '../../../src/doors/lightning/index';
export * as metrics from '../../../src/doors/metrics/index';
export * as vision from '../../../src/doors/vision/index';
export * as torch from '../../../src/index';
