package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// district is a simulated school district: tonight's feed and the next night's.
type district struct {
	tonight, next string
}

// openDistrict makes the district, or takes the one that an earlier benchmark
// made from the same scale and seed.
func openDistrict(ctx context.Context, p program, o options) (district, error) {
	dir := filepath.Join(o.cache, o.scale+"-"+strconv.Itoa(o.seed))
	d := district{tonight: filepath.Join(dir, "tonight"), next: filepath.Join(dir, "next")}
	for out, flags := range map[string][]string{d.tonight: nil, d.next: {"--next"}} {
		if _, err := os.Stat(out); err == nil {
			continue
		}
		fmt.Fprintln(os.Stderr, "bench: making", out)
		// It gets its name when it is complete.
		unfinished := out + ".unfinished"
		if err := errors.Join(os.RemoveAll(unfinished), os.MkdirAll(dir, 0o755)); err != nil {
			return d, fmt.Errorf("make district: %w", err)
		}
		args := append([]string{"simulate", "--scale", o.scale, "--seed", strconv.Itoa(o.seed), "--out", unfinished}, flags...)
		if _, err := p.run(ctx, nil, args...); err != nil {
			return d, fmt.Errorf("make district: %w", err)
		}
		if err := os.Rename(unfinished, out); err != nil {
			return d, fmt.Errorf("make district: %w", err)
		}
	}
	return d, nil
}

// floor is the least time in which one goroutine reads every field of a feed.
type floor struct {
	took   time.Duration
	fields int64 // their summed length, so that none was read for nothing
	bytes  int64 // of the files
}

// floor measures the floor of tonight's feed: the better of two attempts, since
// the first may find the files out of the page cache.
func (d district) floor() (floor, error) {
	var best floor
	for range 2 {
		f, err := readAll(d.tonight)
		if err != nil {
			return floor{}, err
		}
		if best.took == 0 || f.took < best.took {
			best = f
		}
	}
	return best, nil
}

func readAll(dir string) (floor, error) {
	begin := time.Now()
	names, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil || len(names) == 0 {
		return floor{}, fmt.Errorf("no CSV files in %s", dir)
	}
	var f floor
	for _, name := range names {
		if err := f.read(name); err != nil {
			return floor{}, fmt.Errorf("read %s: %w", name, err)
		}
	}
	f.took = time.Since(begin)
	return f, nil
}

func (f *floor) read(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	rows := csv.NewReader(file)
	rows.ReuseRecord = true
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			f.bytes += rows.InputOffset()
			return nil
		}
		if err != nil {
			return err
		}
		for _, field := range row {
			f.fields += int64(len(field))
		}
	}
}
