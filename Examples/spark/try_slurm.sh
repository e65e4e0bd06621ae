#!/usr/bin/env bash
# Scores the parts of a data set, in which one series is too short, as an array of a Slurm of one node, started here in a folder of
# its own, and compares the rows with one process. PROGRAM names the program. Needs root, as Slurm's node daemon does.
set -euo pipefail
[ "$(id -u)" -eq 0 ] || { echo "Slurm's node daemon needs root: run this with sudo." >&2; exit 1; }
here=$(cd "$(dirname "$0")" && pwd)
PATH=$(dirname "$(readlink -f "${PROGRAM:-$(command -v oddline)}")"):$PATH
folder=$(mktemp -d)
chmod 755 "$folder"
cd "$folder"
stop() {
    # Each is waited for, since it writes to the folder as it ends.
    for daemon in slurmctld slurmd munged; do
        process=$(cat "$daemon.pid" 2>/dev/null) && kill "$process" && timeout 30 tail --pid="$process" -f /dev/null || true
    done
    rm -rf "$folder"
}
trap stop EXIT

dd if=/dev/urandom of=munge.key bs=1024 count=1 status=none
chmod 600 munge.key
munged --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" --pid-file="$folder/munged.pid" \
    --log-file="$folder/munged.log" --seed-file="$folder/munge.seed"
mkdir state spool
cat >slurm.conf <<EOF
ClusterName=try
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
SlurmctldPort=16817
SlurmdPort=16818
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ReturnToService=2
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=2000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=60 State=UP
EOF
export SLURM_CONF=$folder/slurm.conf
slurmctld -f slurm.conf
slurmd -f slurm.conf
for attempt in $(seq 60); do
    [ "$(sinfo -h -o %t 2>/dev/null)" = idle ] && break
    [ "$attempt" -lt 60 ] || { tail -n 5 slurmctld.log slurmd.log >&2; exit 1; }
    sleep 0.5
done

"$here/make_series.sh" >all.csv
head -n 6001 all.csv | oddline train - --key series --shared -o models
echo 'short,2024-01-01T00:00:00Z,1' >>all.csv
oddline score all.csv --key series --model models >one.csv || [ $? -eq 2 ]
"$here/split.sh" <all.csv
sbatch --wait --array="0-$(($(ls part-*.csv | wc -l) - 1))" --chdir="$folder" --output=job-%a.log "$here/array.sh"
"$here/join.sh" part-*.csv.scores >rest.csv
"$here/compare.sh" one.csv rest.csv
grep -h 'key short' job-*.log
echo "An array of $(ls part-*.csv | wc -l) Slurm tasks gives the same $(($(wc -l <rest.csv) - 1)) rows as one process."
