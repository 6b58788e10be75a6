// A bundle of WGSL texts of kernels, which load in one request.
export { default as arg } from '../../../../shaders/arg.wgsl?raw';
export { default as argsort } from '../../../../shaders/argsort.wgsl?raw';
export { default as libSortKey } from '../../../../shaders/lib/sort-key.wgsl?raw';
export { default as multinomialRace } from '../../../../shaders/multinomial-race.wgsl?raw';
export { default as multinomialSearch } from '../../../../shaders/multinomial-search.wgsl?raw';
export { default as multinomialSum } from '../../../../shaders/multinomial-sum.wgsl?raw';
export { default as searchsorted } from '../../../../shaders/searchsorted.wgsl?raw';
