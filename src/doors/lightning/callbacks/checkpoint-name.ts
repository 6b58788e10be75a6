// Makes the names of checkpoints from patterns: '{epoch:02d}-{val_loss:.2f}' becomes 'epoch=03-val_loss=0.25'.
import { ArgumentError } from '../../../torch';
import { pythonFormat } from '../python-format';

/** A field of a pattern: its name and its number format. */
const field = /\{([^{}:]*)(?::([^{}]*))?\}/g;

/**
 * Fills in the fields of a pattern. A missing metric counts as 0.
 * @throws ArgumentError if a format is not one of Python's for numbers
 */
export function checkpointName(
  pattern: string | null,
  metrics: Readonly<Record<string, number>>,
  { insertNames = true }: { insertNames?: boolean } = {},
): string {
  return (pattern || '{epoch}-{step}').replace(field, (whole, name: string, format = '') => {
    const isWhole = name === 'epoch' || name === 'step' || !(name in metrics);
    const value = pythonFormat(metrics[name] ?? 0, format, isWhole);
    if (value === null) {
      throw new ArgumentError(
        `ModelCheckpoint: expected fields of filename with a number format such as {val_loss:.2f}, but got ${whole}`,
      );
    }
    return insertNames ? `${name}=${value}` : value;
  });
}
