// Owns the check that a network of pictures makes first: that it is given a batch.
import { ShapeError, type Tensor } from '../../../torch';
import { isTensorObject as isTensor, showShape } from '../../../torch/inside';

/** The pictures. @throws ShapeError unless they are a batch [N, C, H, W]; what is no tensor is told by the first layer */
export function expectBatch(network: string, pictures: Tensor): Tensor {
  if (!isTensor(pictures) || pictures.shape.length === 4) return pictures;
  const remedy = pictures.shape.length === 3 ? '; make it a batch of one with .unsqueeze(0)' : '';
  throw new ShapeError(
    `${network}: expected a batch of pictures [N, C, H, W], but got shape ${showShape(pictures.shape)}${remedy}`,
  );
}
