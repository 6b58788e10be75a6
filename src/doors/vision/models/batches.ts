// Checks that a network of pictures is given a batch.
import { ShapeError, type Tensor } from '../../../torch';
import { isTensorObject as isTensor, showShape } from '../../../torch/inside';

/**
 * Returns the pictures. @throws ShapeError unless they are a batch [N, C, H, W]. If the value is no tensor, the first
 * layer reports it.
 */
export function expectBatch(network: string, pictures: Tensor): Tensor {
  if (!isTensor(pictures) || pictures.shape.length === 4) return pictures;
  const remedy = pictures.shape.length === 3 ? '; make it a batch of one with .unsqueeze(0)' : '';
  throw new ShapeError(
    `${network}: expected a batch of pictures [N, C, H, W], but got shape ${showShape(pictures.shape)}${remedy}`,
  );
}
