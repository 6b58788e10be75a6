// The kernels that programs of most kinds have, which come together.
export * as assembly from './assemble';
export * as products from './matmul/products';
export * as norms from './reduce/norm';
export * as scans from './reduce/scan';
export * as rows from './reduce/softmax';
export * as indices from './scatter/indexing';
export * as orders from './sort/order';
