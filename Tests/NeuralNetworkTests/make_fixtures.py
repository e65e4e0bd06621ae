#!/usr/bin/env python3
"""Writes Fixtures/*.safetensors: both networks built in PyTorch, with parameters, one forward and
backward pass and the loss curve of 50 Adam steps. Needs torch and safetensors; the tests do not.

    python3 make_fixtures.py
"""
import json, math, os
import torch
from torch import nn
from safetensors.torch import save_file

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "Fixtures")


class LSTMAutoencoder(nn.Module):
    def __init__(self, channels, hidden, latent):
        super().__init__()
        self.encoder = nn.LSTM(channels, hidden, batch_first=True)
        self.code = nn.Linear(hidden, latent) if latent else None
        self.decoder = nn.LSTM(latent or hidden, hidden, batch_first=True)
        self.head = nn.Linear(hidden, channels)
        for lstm in (self.encoder, self.decoder):
            lstm.bias_hh_l0.data.zero_()
            lstm.bias_hh_l0.requires_grad_(False)  # one bias, as in Oddline

    def forward(self, x, hidden_patches):
        _, (h, _) = self.encoder(x)
        z = h[-1] if self.code is None else self.code(h[-1])
        out, _ = self.decoder(z[:, None].expand(-1, x.shape[1], -1))
        return self.head(out).flip(1)

    def names(self):
        pairs = []
        for name in ("encoder", "decoder"):
            lstm = getattr(self, name)
            pairs += [(name + ".input_weight", lstm.weight_ih_l0), (name + ".hidden_weight", lstm.weight_hh_l0), (name + ".bias", lstm.bias_ih_l0)]
        for name in ("code", "head"):
            layer = getattr(self, name)
            if layer is not None:
                pairs += [(name + ".weight", layer.weight), (name + ".bias", layer.bias)]
        return pairs


class TransformerAutoencoder(nn.Module):
    def __init__(self, window, channels, patch, width, heads, layers, feed_forward, bottleneck):
        super().__init__()
        tokens = window // patch
        self.patch = patch
        self.embedding = nn.Linear(patch * channels, width)
        self.mask_token = nn.Parameter(torch.randn(width) * 0.1)
        angle = torch.arange(tokens)[:, None] * torch.exp(torch.arange(0, width, 2) * (-math.log(1e4) / width))
        self.register_buffer("positions", torch.stack([angle.sin(), angle.cos()], -1).reshape(tokens, width))
        layer = nn.TransformerEncoderLayer(width, heads, feed_forward, 0.0, "gelu", batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.squeeze = nn.Linear(width, bottleneck)
        self.widen = nn.Linear(bottleneck, width)
        self.head = nn.Linear(width, patch * channels)
        for p in self.encoder.parameters():
            p.data += 0.05 * torch.randn_like(p)

    def forward(self, x, hidden_patches):
        batch, window, channels = x.shape
        tokens = self.embedding(x.reshape(batch, window // self.patch, self.patch * channels))
        if hidden_patches is not None:
            tokens = torch.where(hidden_patches[..., None] > 0, self.mask_token, tokens)
        out = self.head(self.widen(self.squeeze(self.encoder(tokens + self.positions))))
        return out.reshape(batch, window, channels)

    def names(self):
        pairs = [("embedding.weight", self.embedding.weight), ("embedding.bias", self.embedding.bias), ("mask_token", self.mask_token)]
        for i, layer in enumerate(self.encoder.layers):
            p = "encoder.%d." % i
            attention = layer.self_attn
            pairs += [
                (p + "attention_norm.gain", layer.norm1.weight), (p + "attention_norm.bias", layer.norm1.bias),
                (p + "attention.projection.weight", attention.in_proj_weight), (p + "attention.projection.bias", attention.in_proj_bias),
                (p + "attention.output.weight", attention.out_proj.weight), (p + "attention.output.bias", attention.out_proj.bias),
                (p + "feed_forward_norm.gain", layer.norm2.weight), (p + "feed_forward_norm.bias", layer.norm2.bias),
                (p + "expand.weight", layer.linear1.weight), (p + "expand.bias", layer.linear1.bias),
                (p + "contract.weight", layer.linear2.weight), (p + "contract.bias", layer.linear2.bias)]
        for name in ("squeeze", "widen", "head"):
            layer = getattr(self, name)
            pairs += [(name + ".weight", layer.weight), (name + ".bias", layer.bias)]
        return pairs


def write(name, model, architecture, batch, window, channels, tokens=0, gaps=False):
    inputs, targets = torch.randn(batch, window, channels), torch.randn(batch, window, channels)
    importance = (torch.rand(batch, window, channels) > 0.2).float() if gaps else torch.ones(batch, window, channels)
    hidden = (torch.rand(batch, tokens) < 0.4).float() if tokens else None
    tensors = {"input": inputs, "target": targets, "importance": importance}
    if hidden is not None:
        tensors["hidden"] = hidden
    tensors.update({"value." + n: p.detach().clone() for n, p in model.names()})

    def loss_of():
        return (importance * (model(inputs, hidden) - targets) ** 2).sum() / importance.sum()

    tensors["output"] = model(inputs, hidden).detach()
    loss_of().backward()
    tensors.update({"gradient." + n: (p.grad if p.grad is not None else torch.zeros_like(p)).clone() for n, p in model.names()})
    optimiser = torch.optim.Adam([p for _, p in model.names()], 1e-3)
    losses = []
    for _ in range(50):
        optimiser.zero_grad()
        loss = loss_of()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    tensors["losses"] = torch.tensor(losses)
    save_file({k: v.contiguous() for k, v in tensors.items()}, os.path.join(FOLDER, name + ".safetensors"),
              metadata={"architecture": json.dumps(architecture)})


def lstm(name, batch, window, channels, hidden, latent=None, gaps=False):
    sizes = {"windowLength": window, "channelCount": channels, "hiddenSize": hidden}
    if latent:
        sizes["latentSize"] = latent
    write(name, LSTMAutoencoder(channels, hidden, latent), {"lstm": {"_0": sizes}}, batch, window, channels, gaps=gaps)


def transformer(name, batch, window, channels, patch, width, heads, layers, feed_forward, bottleneck, masked=True, gaps=False):
    sizes = {"windowLength": window, "channelCount": channels, "patchLength": patch, "width": width, "headCount": heads,
             "layerCount": layers, "feedForwardSize": feed_forward, "bottleneckSize": bottleneck}
    model = TransformerAutoencoder(window, channels, patch, width, heads, layers, feed_forward, bottleneck)
    write(name, model, {"transformer": {"_0": sizes}}, batch, window, channels, window // patch if masked else 0, gaps)


if __name__ == "__main__":
    torch.manual_seed(3)
    torch.set_num_threads(1)
    os.makedirs(FOLDER, exist_ok=True)
    lstm("lstm-one-window", 1, 7, 1, 5)
    lstm("lstm-seven-channels", 5, 9, 7, 8, 4, gaps=True)
    lstm("lstm-wide", 37, 16, 2, 24, 6)
    transformer("transformer-one-head", 1, 12, 1, 3, 8, 1, 1, 16, 3, masked=False)
    transformer("transformer-eight-heads", 3, 20, 7, 4, 16, 8, 2, 24, 5, gaps=True)
    transformer("transformer-many-tokens", 13, 34, 2, 1, 12, 2, 2, 20, 4)
