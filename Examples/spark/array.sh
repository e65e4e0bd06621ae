#!/bin/bash
#SBATCH --array=0-999
#SBATCH --cpus-per-task=2
#SBATCH --mem=300M
part=$(printf 'part-%05d.csv' "$SLURM_ARRAY_TASK_ID")
# Status 2: some keys could not be scored, which the task's log tells; all others are written.
{ oddline score "$part" --key series --model models --threads "$SLURM_CPUS_PER_TASK" >"$part.scores.tmp" || [ $? -eq 2 ]; } &&
    mv "$part.scores.tmp" "$part.scores"
