# A disk: mount point, size, free, percent used of room and of inodes. Input: a line of df as text.

def percent: if . == "-" then null else tonumber end;

capture("^(?<mount>.+?) +(?<size>[0-9]+) +(?<free>[0-9]+) +(?<used>[0-9-]+)%? +(?<inodes>[0-9-]+)%?$") |
{
  mount,
  sizeBytes: (.size | tonumber),
  freeBytes: (.free | tonumber),
  usedPercent: (.used | percent),
  inodesUsedPercent: (.inodes | percent)
}
