// The kernels that most kinds of programs use. They load together.
export * as products from './matmul/products';
export * as rows from './reduce/softmax';
export * as indices from './scatter/indexing';
