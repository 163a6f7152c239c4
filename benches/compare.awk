# Lines of `lijian-load compare` as a table.
BEGIN {
    print "| traffic, links x in flight | switch/s | relay/s | ratio (spread) | p50 us | p99 us | p50 added us | in syncs | p99 ratio | fdatasync p50, p99 us |"
    print "|---|---|---|---|---|---|---|---|---|---|"
}
{
    delete of
    for (word = 2; word <= NF; word++) {
        split($word, pair, "=")
        of[pair[1]] = pair[2]
    }
}
$1 == "generator" {
    generator = sprintf("The generator alone: %s requests a second against the raw relay, %s a second of one core, %s times the switch's %s.", \
        of["tps"], of["core_tps"], of["core_ratio"], of["switch_tps"])
    next
}
/^(plain|subsidised|sustained) / {
    syncs = of["links"] * of["in_flight"] == 1 && of["fdatasync_p50_us"] > 0 ? sprintf("%.1f", of["p50_added_us"] / of["fdatasync_p50_us"]) : ""
    printf "| %s %s x %s | %s | %s | %s (%s to %s) | %s | %s | %s | %s | %s | %s, %s |\n", $1, of["links"], of["in_flight"], of["tps"], \
        of["relay_tps"], of["throughput_ratio"], of["throughput_ratio_min"], of["throughput_ratio_max"], of["p50_us"], of["p99_us"], \
        of["p50_added_us"], syncs, of["p99_ratio"], of["fdatasync_p50_us"], of["fdatasync_p99_us"]
    if ("index_behind_records" in of)
        behind = sprintf(" At the end of the sustained load the index was %s records behind, %s ms.", of["index_behind_records"], of["index_behind_ms"])
}
END { print ""; print generator behind }
