#!/bin/bash
#SBATCH --array=0-999
#SBATCH --cpus-per-task=2
#SBATCH --mem=300M
part=$(printf 'part-%05d.csv' "$SLURM_ARRAY_TASK_ID")
oddline score "$part" --key series --model models >"$part.scores.tmp" && mv "$part.scores.tmp" "$part.scores"
