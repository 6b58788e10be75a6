// The functions behind the transforms, with every parameter given instead of drawn.
export * from './flips';
