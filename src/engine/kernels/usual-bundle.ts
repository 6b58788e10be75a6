// The kernels that programs of most kinds have, which come together.
export * as products from './matmul/products';
export * as rows from './reduce/softmax';
export * as indices from './scatter/indexing';
