"""The loops of the trainer: training, evaluation and prediction."""
