// Owns what says what to write and is in no table, each with its reason.

interface Apart {
  readonly why: string;
  /** Pieces of the texts. */
  readonly pieces: readonly string[];
}

export const apart: readonly Apart[] = [
  {
    why: 'Python writes the file anew, and the test command has none',
    pieces: [
      "dates; save array.astype('int64')",
      "durations; save array.astype('int64')",
      'quantized numbers; save x.dequantize()',
      'save torch.view_as_real(x) in Python',
      'but the file holds a module; save model.state_dict()',
      'save x.to_dense() in Python',
      'save x.dequantize() in Python',
      'save a plain tensor, as x.detach().cpu() gives it in Python',
      'save their parts, x.real and x.imag',
      'save torch.from_numpy(x), or x.item() for one number',
      'save model.state_dict() rather than the model',
      'in Python, torch.save(pickle.load(file), …)',
      'in Python, torch.save(torch.jit.load(…).state_dict(), …)',
      'load it in Python, and convert it with safetensors.torch.save_file',
      'export it with opset_version=17',
      'export it anew, with torch.onnx.export',
    ],
  },
  {
    why: 'a file that Python wrote is read with the option in test/unit/pytorch-foreign and pytorch-load',
    pieces: [
      'its arrays take more than',
      'its contents have more than',
      'weightsOnly: false loads without this warning',
    ],
  },
  {
    why: 'a page has what it takes: a worker, a canvas, another site, or a picture that is on its way',
    pieces: [
      'return what torch.tensor(...) makes of bytes and numbers',
      'send the result of torch.saveBytes to the page, or pass a file handle',
      "write worker: () => new Worker(new URL('./my-data.ts'",
      'a new Worker at each call, but got one twice',
      "write connect(new Worker(new URL('./training.ts'",
      'return plain data, or proxy(object)',
      'give it one object that holds all: expose({ Training, predict })',
      "pass { canvas: document.querySelector('canvas') }",
      'make it smaller with createImageBitmap(…, { resizeWidth })',
      "crossOrigin = 'anonymous' on the element",
      'await image.decode() first',
      'ask for more with navigator.storage.persist()',
      'models.setWeightsMirror(address) keeps the names',
      'serve those of the package pyodide, and give their folder as indexURL',
      'start another one with loadPython',
    ],
  },
  {
    why: 'a network reaches the server that the file comes from: test/unit/dataset-downloads has one',
    pieces: ['`download: true` fetches them', 'but an address has no list'],
  },
  {
    why: 'it takes a lost device, gigabytes or a device of small bindings: test/long/large-values has one',
    pieces: [
      'compute it again, or detach() it',
      'halves of a weight and torch.cat',
      "compute the parts of x.chunk(4, dim) one by one, along another dim than the operation's own, and put the results together with torch.cat",
      'expected a file of less than 2 GB',
    ],
  },
  { why: 'a package is installed', pieces: ['run npm install sharp'] },
  { why: 'says what may help, which nobody can tell beforehand', pieces: ['detectAnomaly: true may help'] },
  { why: 'describes a value, and refuses nothing', pieces: ['; await x.print() shows the values'] },
  { why: 'is a bug of the library’s own', pieces: ['internal: not loaded'] },
  {
    why: 'a check of what the library itself passes on: functions of users convert or refuse before',
    pieces: ['cat: expected inputs of one dtype', '…: expected a condition of dtype bool'],
  },
  {
    why: 'takes a trained detector or many concepts: test/long/node/densecap and attribution have them',
    pieces: ['expected captions of target', 'compute them with forceTrain for inputs of this size'],
  },
  { why: 'a damaged file names a file elsewhere', pieces: ['give that file by this name in externalData'] },
];
