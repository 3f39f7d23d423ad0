namespace Cistern.Tests.Faults;

/// <summary>The checker of traces finds each broken build: traces made by hand, right ones and ones with a single call taken out or moved.</summary>
public sealed class SyncOrderCheckTests
{
    private const string Id = "delivery-1";

    /// <summary>A new folder, its first journal file, one delivery, a seal, and the release of the journal.</summary>
    private static readonly string[] Sound =
    [
        """10 mkdir("/d/root", 0700) = 0""",
        """10 fsync(9</d>) = 0""",
        """10 mkdir("/d/root/journal", 0777) = 0""",
        """10 fsync(9</d/root>) = 0""",
        """10 openat(AT_FDCWD, "/d/root/journal/1.journal", O_RDWR|O_CREAT|O_CLOEXEC|O_TRUNC, 0666) = 20</d/root/journal/1.journal>""",
        """10 pwrite64(20</d/root/journal/1.journal>, "CISTERNJ", 8, 0) = 8""",
        """10 fdatasync(20</d/root/journal/1.journal>) = 0""",
        """10 fsync(9</d/root/journal>) = 0""",
        """11 pwritev(20</d/root/journal/1.journal>, [{iov_base="\1\2", iov_len=2}, {iov_base="{\"id\":\"delivery-1\",\"stream\":\"s\"}", iov_len=33}], 2, 8) = 35""",
        """11 fdatasync(20</d/root/journal/1.journal> <unfinished ...>""",
        """12 write(2<pipe:[5]>, "a line of the log\n", 18) = 18""",
        """11 <... fdatasync resumed>)               = 0""",
        """12 sendmsg(30<socket:[7]>, {msg_iov=[{iov_base="HTTP/1.1 200 OK\r\n\r\n{\"requestId\":\"delivery-1\",\"timestamp\":1}", iov_len=60}], msg_iovlen=1}, MSG_NOSIGNAL) = 60""",
        """13 mkdir("/d/root/segments", 0777) = 0""",
        """13 mkdir("/d/root/segments/requests", 0777) = 0""",
        """13 fsync(9</d/root/segments>) = 0""",
        """13 openat(AT_FDCWD, "/d/root/segments/requests/1.parquet", O_RDWR|O_CREAT, 0666) = 21</d/root/segments/requests/1.parquet>""",
        """13 pwrite64(21</d/root/segments/requests/1.parquet>, "PAR1", 4, 0) = 4""",
        """13 fdatasync(22</d/root/segments/requests/1.parquet>) = 0""",
        """13 fsync(9</d/root/segments/requests>) = 0""",
        """13 openat(AT_FDCWD, "/d/root/manifest.json.tmp", O_RDWR|O_CREAT, 0666) = 23</d/root/manifest.json.tmp>""",
        """13 pwrite64(23</d/root/manifest.json.tmp>, "{}", 2, 0) = 2""",
        """13 fdatasync(23</d/root/manifest.json.tmp>) = 0""",
        """13 fsync(9</d/root>) = 0""",
        """13 rename("/d/root/manifest.json.tmp", "/d/root/manifest.json") = 0""",
        """13 fsync(9</d/root>) = 0""",
        """13 unlink("/d/root/journal/1.journal") = 0""",
        """10 +++ exited with 0 +++""",
    ];

    /// <summary>The same with the delivery's body in a file of its own.</summary>
    private static readonly string[] SoundWithBody =
    [
        .. Sound.Take(4),
        """10 mkdir("/d/root/bodies", 0777) = 0""",
        """10 fsync(9</d/root>) = 0""",
        """11 openat(AT_FDCWD, "/d/root/bodies/1.body", O_RDWR|O_CREAT, 0666) = 24</d/root/bodies/1.body>""",
        """11 pwrite64(24</d/root/bodies/1.body>, "{}", 2, 0) = 2""",
        """11 fdatasync(24</d/root/bodies/1.body>) = 0""",
        """11 fsync(9</d/root/bodies>) = 0""",
        .. Sound[4..].Select(line => line.Replace(
            """{\"id\":\"delivery-1\",\"stream\":\"s\"}""", """{\"id\":\"delivery-1\",\"stream\":\"s\",\"body\":{\"file\":\"1.body\",\"bytes\":2,\"crc\":7}}""", StringComparison.Ordinal)),
    ];

    [Fact]
    public void A_sound_trace_has_no_problem_and_everything_in_it_is_seen()
    {
        var check = Check(Sound);

        Assert.Empty(check.Problems);
        Assert.Equal((1, 1, 1, 1, 1), (check.Answers, check.JournalFiles, check.Segments, check.Manifests, check.Deletions));
    }

    [Theory]
    [InlineData(1, "the name /d/root was synced")]
    [InlineData(3, "the name /d/root/journal was synced")]
    [InlineData(7, "the name /d/root/journal/1.journal was synced")]
    [InlineData(8, "is in no journal file")]
    [InlineData(15, "the name /d/root/segments/requests was synced")]
    [InlineData(18, "/d/root/segments/requests/1.parquet had not been synced")]
    [InlineData(19, "the name /d/root/segments/requests/1.parquet was synced")]
    [InlineData(22, "/d/root/manifest.json.tmp had not been synced")]
    [InlineData(23, "the name /d/root/segments was synced")]
    [InlineData(25, "/d/root/journal/1.journal was deleted before the name /d/root/manifest.json was synced")]
    public void A_call_that_is_left_out_is_missed(int left, string expected)
    {
        var check = Check(Sound.Where((_, place) => place != left));

        Assert.Contains(check.Problems, problem => problem.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void A_body_in_a_file_of_its_own_is_seen()
    {
        var check = Check(SoundWithBody);

        Assert.Empty(check.Problems);
        Assert.Equal((1, 1), (check.Answers, check.Bodies));
    }

    [Theory]
    [InlineData("mkdir", "the name /d/root/bodies/1.body was synced", "fsync(9</d/root/bodies>)")]
    [InlineData("fdatasync", "/d/root/bodies/1.body had not been synced", "fdatasync(24</d/root/bodies/1.body>)")]
    [InlineData("write", "no write of /d/root/bodies/1.body", "pwrite64(24</d/root/bodies/1.body>")]
    public void A_body_that_is_not_durable_before_the_answer_is_found(string what, string expected, string left)
    {
        var check = Check(SoundWithBody.Where(line => !line.Contains(left, StringComparison.Ordinal)));

        Assert.True(check.Problems.Any(problem => problem.Contains(expected, StringComparison.Ordinal)), $"{what}: {string.Join('\n', check.Problems)}");
    }

    [Fact]
    public void A_delivery_that_is_answered_without_a_sync_is_found()
    {
        var check = Check(Sound.Where(line => !line.StartsWith("11 fdatasync", StringComparison.Ordinal) && !line.StartsWith("11 <", StringComparison.Ordinal)));

        Assert.Contains("delivery-1 was answered 200 before /d/root/journal/1.journal was synced", Assert.Single(check.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_while_the_sync_still_runs_is_found()
    {
        var trace = Sound.ToList();
        var resumed = trace.FindIndex(line => line.Contains("fdatasync resumed", StringComparison.Ordinal));
        (trace[resumed], trace[resumed + 1]) = (trace[resumed + 1], trace[resumed]);

        Assert.Contains("answered 200 before", Assert.Single(Check(trace).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sync_that_began_before_the_write_had_ended_does_not_count()
    {
        var trace = Sound.ToList();
        var write = trace.FindIndex(line => line.Contains("pwritev", StringComparison.Ordinal));
        (trace[write], trace[write + 1]) = (trace[write + 1], trace[write]);
        trace[write] = trace[write].Replace("11 ", "14 ", StringComparison.Ordinal);
        trace[write + 3] = trace[write + 3].Replace("11 ", "14 ", StringComparison.Ordinal);

        Assert.Contains("answered 200 before", Assert.Single(Check(trace).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sync_that_failed_does_not_count()
    {
        var trace = Sound.Select(line => line.Contains("fdatasync resumed", StringComparison.Ordinal) ? "11 <... fdatasync resumed>) = -1 EIO (Input/output error)" : line);

        Assert.Contains("answered 200 before", Assert.Single(Check(trace).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_refusal_needs_no_sync()
    {
        string[] trace = [$$"""12 sendmsg(30<socket:[7]>, {msg_iov=[{iov_base="HTTP/1.1 503 Service Unavailable\r\n\r\n{\"requestId\":\"{{Id}}\"}"}]}, 0) = 60"""];

        Assert.Empty(Check(trace).Problems);
    }

    [Theory]
    [InlineData("what is this")]
    [InlineData("12 <... write resumed>) = 1")]
    [InlineData("12 write(3, \"a\", 1")]
    public void A_trace_that_cannot_be_read_is_never_taken_for_a_sound_one(string line) =>
        Assert.Throws<InvalidDataException>(() => TraceReader.Read([line]));

    [Fact]
    public void A_text_that_looks_like_a_result_is_not_taken_for_one()
    {
        var call = Assert.Single(TraceReader.Read(["""12 write(3</a/b>, "x) = 7 y", 8) = -1 ENOSPC (No space left on device)"""]));

        Assert.Equal("-1 ENOSPC (No space left on device)", call.Result);
        Assert.False(call.Succeeded);
        Assert.Equal("/a/b", call.DescribedPath);
    }

    private static SyncOrderCheck Check(IEnumerable<string> trace) => SyncOrderCheck.Run(TraceReader.Read(trace), "/d/root");
}
