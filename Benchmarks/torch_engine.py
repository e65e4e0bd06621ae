#!/usr/bin/env python3
"""The two networks in PyTorch at the sizes of `oddline-bench engine`, timed the same way.

    python3 torch_engine.py lstm|transformer [--threads 2] [--steps 40]     (pip install torch)
"""
import argparse, json, math, resource, statistics, time
import torch
from torch import nn

WINDOW, WIDTH, BATCH, SCORING_BATCH = 64, 64, 64, 512


class LSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = nn.LSTM(1, WIDTH, batch_first=True), nn.LSTM(WIDTH, WIDTH, batch_first=True)
        self.head = nn.Linear(WIDTH, 1)

    def forward(self, windows):
        _, (last, _) = self.encoder(windows)
        return self.head(self.decoder(last[-1][:, None].expand(-1, WINDOW, -1))[0])


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        rates = torch.exp(torch.arange(0, WIDTH, 2) * (-math.log(1e4) / WIDTH))
        angles = torch.arange(WINDOW)[:, None] * rates
        self.register_buffer("positions", torch.stack([angles.sin(), angles.cos()], 2).flatten(1))
        layer = nn.TransformerEncoderLayer(WIDTH, 4, 4 * WIDTH, 0.0, "gelu", batch_first=True, norm_first=True)
        self.embed, self.layers = nn.Linear(1, WIDTH), nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Sequential(nn.Linear(WIDTH, 8), nn.Linear(8, WIDTH), nn.Linear(WIDTH, 1))

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
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    network = LSTM() if options.model == "lstm" else Transformer()
    adam = torch.optim.Adam(network.parameters(), lr=1e-3)
    windows, many = torch.randn(BATCH, WINDOW, 1), torch.randn(SCORING_BATCH, WINDOW, 1)

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
