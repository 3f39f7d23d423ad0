using Cistern.Journal;

namespace Cistern.Tests.Journal;

/// <summary>Every cut and every flipped byte: swept, not sampled.</summary>
public sealed class JournalDamageTests : IDisposable
{
    private static readonly string[] Bodies = ["first", "second", "third"];
    private static readonly string[] Entries = ["1 h-first first", "2 h-second second", "3 h-third third"];

    private readonly ScratchFolder _folder = new();
    private readonly FileDisk _disk = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void File_cut_at_any_byte_opens_with_the_entries_that_are_whole()
    {
        var (path, whole, ends) = WriteThree(oneGroup: false);
        for (var length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            var expected = Entries[..ends.Count(end => end <= length)];

            using (var journal = JournalEntries.Open(_disk, _folder))
            {
                Assert.True(expected.SequenceEqual(journal.ReadAll()), $"cut at {length}");
                Assert.Equal(length > JournalFileHeader.Bytes && !ends.Contains(length), journal.TornTail is not null);
                journal.AppendAndSync("next");
            }

            // The tail that was cut cannot come back, and the journal goes on behind it.
            using var again = JournalEntries.Open(_disk, _folder);
            Assert.Equal([.. expected, $"{expected.Length + 1} h-next next"], again.ReadAll());
            Assert.Null(again.TornTail);
            again.Dispose();
            Clear();
        }
    }

    [Fact]
    public void Byte_flipped_in_an_entry_that_later_ones_prove_stops_the_open_with_its_place()
    {
        var (path, whole, ends) = WriteThree(oneGroup: false);
        for (var at = 0; at < whole.Length; at++)
        {
            File.WriteAllBytes(path, Flipped(whole, at));
            if (at >= ends[1])
            {
                // Nothing proves that the last one had been synced: it is a torn tail.
                using var journal = JournalEntries.Open(_disk, _folder);
                Assert.True(Entries[..2].SequenceEqual(journal.ReadAll()), $"flipped at {at}");
                Assert.Equal(ends[1], journal.TornTail?.Offset);
            }
            else
            {
                var damage = Assert.Throws<JournalDamagedException>(() => JournalEntries.Open(_disk, _folder));
                Assert.Equal(path, damage.File);
                Assert.Equal(at < JournalFileHeader.Bytes ? 0 : at < ends[0] ? JournalFileHeader.Bytes : ends[0], damage.Offset);
                Assert.Contains("restore the file from a copy", damage.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Byte_flipped_in_a_group_that_nothing_proves_cuts_it_and_what_follows()
    {
        var (path, whole, ends) = WriteThree(oneGroup: true);
        for (var at = JournalFileHeader.Bytes; at < whole.Length; at++)
        {
            File.WriteAllBytes(path, Flipped(whole, at));

            using var journal = JournalEntries.Open(_disk, _folder);

            Assert.True(Entries[..ends.Count(end => end <= at)].SequenceEqual(journal.ReadAll()), $"flipped at {at}");
        }
    }

    [Fact]
    public void Byte_flipped_anywhere_in_an_earlier_file_stops_the_open()
    {
        var (path, whole, _) = WriteThree(oneGroup: false);
        using (var journal = JournalEntries.Open(_disk, _folder, new() { MaxFileBytes = 1 }))
        {
            journal.AppendAndSync("in the next file");
        }

        Assert.Equal(2, Directory.GetFiles(_folder).Length);
        for (var at = 0; at < whole.Length; at++)
        {
            File.WriteAllBytes(path, Flipped(whole, at));
            Assert.Equal(path, Assert.Throws<JournalDamagedException>(() => JournalEntries.Open(_disk, _folder)).File);
        }

        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Equal(path, Assert.Throws<JournalDamagedException>(() => JournalEntries.Open(_disk, _folder)).File);
        }
    }

    [Fact]
    public void Bytes_behind_the_recorded_end_of_an_earlier_file_are_ignored()
    {
        var (path, whole, _) = WriteThree(oneGroup: false);
        using (var journal = JournalEntries.Open(_disk, _folder, new() { MaxFileBytes = 1 }))
        {
            journal.AppendAndSync("in the next file");
        }

        File.WriteAllBytes(path, [.. whole, .. whole[JournalFileHeader.Bytes..]]);

        using var again = JournalEntries.Open(_disk, _folder);
        Assert.Equal([.. Entries, "4 h-in the next file in the next file"], again.ReadAll());
    }

    [Fact]
    public void Missing_file_in_the_middle_stops_the_open_and_missing_old_ones_do_not()
    {
        using (var journal = JournalEntries.Open(_disk, _folder, new() { MaxFileBytes = 1 }))
        {
            journal.AppendAndSync("a");
            journal.AppendAndSync("b");
            journal.AppendAndSync("c");
        }

        var files = Directory.GetFiles(_folder).Order().ToList();
        var second = File.ReadAllBytes(files[1]);
        File.Delete(files[1]);
        Assert.Equal(files[1], Assert.Throws<JournalDamagedException>(() => JournalEntries.Open(_disk, _folder)).File);

        File.WriteAllBytes(files[1], second);
        File.Delete(files[0]);
        using var again = JournalEntries.Open(_disk, _folder);
        Assert.Equal(["2 h-b b", "3 h-c c"], again.ReadAll());
    }

    [Fact]
    public void File_under_another_number_stops_the_open()
    {
        var (path, _, _) = WriteThree(oneGroup: false);
        File.Move(path, Path.Combine(_folder, JournalFormat.FileName(7)));

        Assert.Contains("file 1", Assert.Throws<JournalDamagedException>(() => JournalEntries.Open(_disk, _folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Body_that_looks_like_a_later_entry_does_not_make_a_torn_tail_look_like_damage()
    {
        var (path, whole, ends) = WriteThree(oneGroup: false);
        JournalFileHeader.Read(whole, out var header);
        var forged = new byte[JournalEntryPrefix.Bytes];
        new JournalEntryPrefix(0, 0, Sequence: 90, GroupStart: 90, PayloadChecksum: 0).Write(forged, salt: header.Salt ^ 1);

        // A torn third entry whose body holds a prefix that is sound but for the salt, which no sender knows.
        File.WriteAllBytes(path, [.. Flipped(whole, ends[1]), .. forged]);
        using (var journal = JournalEntries.Open(_disk, _folder))
        {
            Assert.Equal(Entries[..2], journal.ReadAll());
        }

        // The canary: with the right salt it is proof.
        new JournalEntryPrefix(0, 0, Sequence: 90, GroupStart: 90, PayloadChecksum: 0).Write(forged, header.Salt);
        File.WriteAllBytes(path, [.. Flipped(whole, ends[1]), .. forged]);
        Assert.Throws<JournalDamagedException>(() => JournalEntries.Open(_disk, _folder));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(262_100)]
    [InlineData(262_144)]
    [InlineData(700_000)]
    public void Proof_is_found_however_far_behind_the_damage_it_stands(int bodyBytes)
    {
        using (var journal = JournalEntries.Open(_disk, _folder))
        {
            // Full of the first letters of a prefix, so that the search meets many that are none.
            journal.AppendAndSync("first");
            journal.Append("h", string.Concat(Enumerable.Repeat("CENT", bodyBytes / 4)));
            journal.Sync();
            journal.AppendAndSync("third");
        }

        var path = Directory.GetFiles(_folder).Single();
        var whole = File.ReadAllBytes(path);
        var second = whole.AsSpan(JournalFileHeader.Bytes + 1).IndexOf(JournalEntryPrefix.Magic) + JournalFileHeader.Bytes + 1;
        File.WriteAllBytes(path, Flipped(whole, second + 20));

        Assert.Equal(second, Assert.Throws<JournalDamagedException>(() => JournalEntries.Open(_disk, _folder)).Offset);
    }

    [Fact]
    public void File_of_a_later_format_is_refused_and_left_as_it_is()
    {
        var (path, whole, _) = WriteThree(oneGroup: false);
        whole[8] = 2;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(whole.AsSpan(60), Crc32C.Of(whole.AsSpan(0, 60)));
        File.WriteAllBytes(path, whole);

        Assert.Contains("format version 2", Assert.Throws<JournalDamagedException>(() => JournalEntries.Open(_disk, _folder)).Message, StringComparison.Ordinal);
        Assert.Equal(whole, File.ReadAllBytes(path));
    }

    private static byte[] Flipped(byte[] bytes, int at)
    {
        var flipped = bytes.ToArray();
        flipped[at] ^= 0x10;
        return flipped;
    }

    private void Clear()
    {
        foreach (var file in Directory.GetFiles(_folder))
        {
            File.Delete(file);
        }
    }

    // A file with three entries, its bytes, and where each entry ends.
    private (string Path, byte[] Whole, int[] Ends) WriteThree(bool oneGroup)
    {
        var ends = new int[3];
        using (var journal = JournalEntries.Open(_disk, _folder))
        {
            for (var entry = 0; entry < 3; entry++)
            {
                journal.Append($"h-{Bodies[entry]}", Bodies[entry]);
                ends[entry] = (int)(JournalFileHeader.Bytes + journal.PendingBytes) + (oneGroup || entry == 0 ? 0 : ends[entry - 1] - JournalFileHeader.Bytes);
                if (!oneGroup)
                {
                    journal.Sync();
                }
            }

            journal.Sync();
        }

        var path = Directory.GetFiles(_folder).Single();
        return (path, File.ReadAllBytes(path), ends);
    }
}
