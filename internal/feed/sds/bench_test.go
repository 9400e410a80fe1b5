package sds_test

import (
	"cmp"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"rollbook/internal/feed"
	"rollbook/internal/feed/sds"
	"rollbook/internal/roster"
	"rollbook/internal/simulate"
	"rollbook/internal/vocab"
)

// BenchmarkRead compares reading with all rules about rows with the floor: one
// goroutine that reads every field of the same files with encoding/csv. The
// environment variable SCALE chooses the district.
func BenchmarkRead(b *testing.B) {
	dir := district(b)
	b.Run("floor", func(b *testing.B) {
		for b.Loop() {
			floor(b, dir)
		}
	})
	b.Run("sds", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			source, err := sds.Open(dir, sds.Options{Lists: vocab.NewLists(vocab.Seed())})
			if err != nil {
				b.Fatal(err)
			}
			if err := source.Read(b.Context(), nothing{}); err != nil {
				b.Fatal(err)
			}
			source.Close()
		}
	})
}

func district(b *testing.B) string {
	b.Helper()
	scale, err := simulate.ParseScale(cmp.Or(os.Getenv("SCALE"), "M"))
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	if _, err := simulate.Write(b.Context(), dir, simulate.Options{Scale: scale, Seed: 1, Today: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}); err != nil {
		b.Fatal(err)
	}
	return dir
}

func floor(b *testing.B, dir string) {
	b.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range files {
		file, err := os.Open(name)
		if err != nil {
			b.Fatal(err)
		}
		r := csv.NewReader(file)
		r.ReuseRecord = true
		for err == nil {
			_, err = r.Read()
		}
		if !errors.Is(err, io.EOF) {
			b.Fatal(err)
		}
		file.Close()
	}
}

// nothing is a receiver that takes everything and does nothing.
type nothing struct{}

func (nothing) Begin(feed.Part, string, []string) error                    { return nil }
func (nothing) Org(feed.Place, roster.Org) error                           { return nil }
func (nothing) Session(feed.Place, roster.Session) error                   { return nil }
func (nothing) Course(feed.Place, roster.Course) error                     { return nil }
func (nothing) Person(feed.Place, roster.Person) error                     { return nil }
func (nothing) Affiliation(feed.Place, string, roster.Affiliation) error   { return nil }
func (nothing) Class(feed.Place, roster.Class) error                       { return nil }
func (nothing) Enrollment(_ feed.Place, _, _, _ string) error              { return nil }
func (nothing) Demographics(feed.Place, string, roster.Demographics) error { return nil }
func (nothing) Flag(_ feed.Place, _, _ string) error                       { return nil }
func (nothing) Contact(feed.Place, string, roster.Contact) error           { return nil }
func (nothing) Find(feed.Finding) error                                    { return nil }
func (nothing) Drop(feed.Fallen) error                                     { return nil }
