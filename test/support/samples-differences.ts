// Where samples of PyTorch's database give something else here, and why.

interface Difference {
  /** The samples, by `idOf`. */
  readonly sample: RegExp;
  /** What is found in some of them. */
  readonly found: RegExp;
  readonly reason: string;
}

const differences: readonly Difference[] = [
  {
    sample: /^double:/,
    found: /expected float32 or float16, since WGSL has no float64/,
    reason: 'there is no float64',
  },
  {
    sample: /^(narrow|tensor_split):/,
    found: /refused: ArgumentError: .*; read (a tensor|tensors) with/,
    reason: 'a tensor in the place of a whole number would have to be read first',
  },
  {
    sample: /^(arange|index_add): .*/,
    found: /refused: ArgumentError: .* to be a number, but got (true|false)/,
    reason: 'true and false are no numbers',
  },
  {
    sample: /^gather: .* float32/,
    found: /expected index of dtype int64, but got uint8/,
    reason: 'PyTorch takes an index without elements of any dtype',
  },
  {
    sample: /^tensordot:/,
    found: /refused: ShapeError: tensordot: expected equal sizes/,
    reason: 'PyTorch sums what a dimension of one element meets, which every program would download',
  },
  {
    sample: /^as_strided_scatter:/,
    found: /^gradient 0: /,
    reason: "PyTorch's gradient by the input keeps the elements that are written over, and drops others",
  },
  {
    sample: /^cholesky_(inverse|solve):/,
    found: /^gradient \d: /,
    reason: "the factor's other triangle, which is not read, has no gradient here",
  },
  {
    sample: /^(linalg\.(eigh|svd)|svd):/,
    found: /^result \d: /,
    reason: 'the signs of vectors are free; test/gpu/linalg.test.ts compares their sizes',
  },
  {
    sample: /^(argsort|kthvalue|mode|sort|topk|msort|median|nanmedian): .* (bool|u?int\d+)#/,
    found: /^result [01]: expected int64/,
    reason: 'which of equal elements comes first is not told, but of those that are sorted in order',
  },
  {
    sample: /^nn\.functional\.((feature_)?alpha_)?dropout[23]?d?:|^nn\.functional\.multi_head_attention_forward:/,
    found: /^(result|gradient) \d: /,
    reason: 'what is dropped is drawn on the device, from other numbers',
  },
  {
    sample: /^trap(ezoid|z): .* uint8#/,
    found: /^result 0: /,
    reason: 'areas between coordinates of uint8 wrap in PyTorch',
  },
  {
    sample: /^cov: .* float32#24$|^nn\.functional\.scaled_dot_product_attention: .* float32#1$/,
    found: /^gradient [01]: /,
    reason: 'zero here, and in PyTorch but for rounding',
  },
  {
    sample: /^nn\.functional\.embedding_bag:/,
    found: /expected input of dtype int64, but got float32|expected offsets only with 1-D input/,
    reason: 'the database has the weights first, which PyTorch takes with a warning',
  },
  {
    sample: /^nn\.functional\.grid_sample:/,
    found: /expected mode 'bilinear', 'nearest' or \(for images\) 'bicubic'/,
    reason: 'cubic interpolation of volumes is not there',
  },
];

/** Whether what a sample gives is known to differ so. */
export const isKnown = (sample: string, found: string): boolean =>
  differences.find((each) => each.sample.test(sample))?.found.test(found) ?? false;
