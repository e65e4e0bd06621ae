#!/usr/bin/env python3
"""The two networks in PyTorch at the sizes of `oddline-bench engine`, timed the same way.

    python3 torch_engine.py lstm|transformer [--threads 2] [--steps 40] [--window 64] [--width 64] [--channels 1]

Needs `pip install torch`.
"""
import argparse, json, math, resource, statistics, time
import torch
from torch import nn

BATCH, SCORING_BATCH = 64, 512


class LSTM(nn.Module):
    def __init__(self, channels, width):
        super().__init__()
        self.encoder, self.decoder = nn.LSTM(channels, width, batch_first=True), nn.LSTM(width, width, batch_first=True)
        self.head = nn.Linear(width, channels)

    def forward(self, windows):
        _, (last, _) = self.encoder(windows)
        return self.head(self.decoder(last[-1][:, None].expand(-1, windows.shape[1], -1))[0])


class Transformer(nn.Module):
    def __init__(self, channels, width, window):
        super().__init__()
        rates = torch.exp(torch.arange(0, width, 2) * (-math.log(1e4) / width))
        angles = torch.arange(window)[:, None] * rates
        self.register_buffer("positions", torch.stack([angles.sin(), angles.cos()], 2).flatten(1))
        layer = nn.TransformerEncoderLayer(width, 4, 4 * width, 0.0, "gelu", batch_first=True, norm_first=True)
        self.embed, self.layers = nn.Linear(channels, width), nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Sequential(nn.Linear(width, 8), nn.Linear(8, width), nn.Linear(width, channels))

    def forward(self, windows):
        return self.head(self.layers(self.embed(windows) + self.positions))


def median_time(body, warm_up, count):
    times = []
    for run in range(warm_up + count):
        started = time.perf_counter()
        body()
        times.append(time.perf_counter() - started)
    return statistics.median(times[warm_up:])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", choices=["lstm", "transformer"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=40)
    for name, size in (("--window", 64), ("--width", 64), ("--channels", 1)):
        parser.add_argument(name, type=int, default=size)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    sizes = options.channels, options.width
    network = LSTM(*sizes) if options.model == "lstm" else Transformer(*sizes, options.window)
    adam = torch.optim.Adam(network.parameters(), lr=1e-3)
    windows, many = (torch.randn(count, options.window, options.channels) for count in (BATCH, SCORING_BATCH))

    def step():
        adam.zero_grad()
        nn.functional.mse_loss(network(windows), windows).backward()
        adam.step()

    training = median_time(step, 5, options.steps)
    network.eval()
    with torch.inference_mode():
        scoring = median_time(lambda: network(many), 3, max(10, options.steps // 3))
    print(json.dumps({"engine": "pytorch " + torch.__version__, "model": options.model, "threads": options.threads,
                      "train_windows_per_s": round(BATCH / training),
                      "score_windows_per_s": round(SCORING_BATCH / scoring),
                      "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))


if __name__ == "__main__":
    main()
