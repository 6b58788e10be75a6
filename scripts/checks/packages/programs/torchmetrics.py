"""Metrics of torchmetrics over two batches."""

import torch
import torchmetrics as tm


def over_batches(metric, batches):
    def part():
        made = metric()
        return [*[made(*batch()) for batch in batches], made.compute()]

    return part


scores = lambda: (torch.randn(8, 3).softmax(-1), torch.randint(0, 3, (8,)))
values = lambda: (torch.randn(8), torch.randn(8))
pictures = lambda: (torch.rand(2, 3, 24, 24), torch.rand(2, 3, 24, 24))
parts = {
    **{
        name: over_batches(lambda name=name: getattr(tm, name)(task="multiclass", num_classes=3), [scores, scores])
        for name in ("Accuracy", "F1Score", "AUROC", "ConfusionMatrix", "CohenKappa", "CalibrationError")
    },
    **{name: over_batches(getattr(tm, name), [values, values]) for name in ("MeanSquaredError", "R2Score", "PearsonCorrCoef", "SpearmanCorrCoef")},
    "SSIM": over_batches(lambda: tm.image.StructuralSimilarityIndexMeasure(data_range=1.0), [pictures]),
    "PSNR": over_batches(lambda: tm.image.PeakSignalNoiseRatio(data_range=1.0), [pictures, pictures]),
}
