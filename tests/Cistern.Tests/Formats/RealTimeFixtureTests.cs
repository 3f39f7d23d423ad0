namespace Cistern.Tests.Formats;

public sealed class RealTimeFixtureTests
{
    private const string Watch = "ExamplePlayer/1.0 (own made)";

    [Fact]
    public void All_71_fields_land_in_their_columns()
    {
        var row = Bodies.DecodeRow(Bodies.Any, Bodies.FixtureText("cloudfront-realtime/own_all-71-fields.tsv"));

        var expected = new Dictionary<string, string>
        {
            ["time"] = "1760000000123000",
            ["client_ip"] = "203.0.113.7",
            ["s_ip"] = "198.51.100.20",
            ["time_to_first_byte"] = "0.042",
            ["status"] = "206",
            ["bytes_sent"] = "524288",
            ["method"] = "GET",
            ["scheme"] = "https",
            ["host"] = "video.example.com",
            ["path"] = "/seg/0001.m4s",
            ["query"] = "tok=a%20b",
            ["bytes_received"] = "612",
            ["edge_location"] = "FRA60-P3",
            ["request_id_text"] = "ownSample0001ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno==",
            ["distribution"] = "d111111abcdef8.cloudfront.net",
            ["time_taken"] = "0.118",
            ["protocol"] = "HTTP/3.0",
            ["c_ip_version"] = "IPv4",
            ["user_agent"] = Watch,
            ["referer"] = "https://www.example.com/watch",
            ["x_edge_response_result_type"] = "Miss",
            ["x_forwarded_for"] = "198.51.100.8, 198.51.100.9",
            ["tls"] = "TLSv1.3",
            ["ssl_cipher"] = "TLS_AES_128_GCM_SHA256",
            ["result_type"] = "Miss",
            ["content_type"] = "video/mp4",
            ["sc_content_len"] = "524288",
            ["sc_range_start"] = "0",
            ["sc_range_end"] = "524287",
            ["c_port"] = "50123",
            ["detailed_result_type"] = "Miss",
            ["country"] = "DE",
            ["cs_accept_encoding"] = "gzip, br",
            ["cs_accept"] = "*/*",
            ["cache_behavior_path_pattern"] = "/seg/*",
            ["cs_headers"] = $"host:video.example.com\nuser-agent:{Watch}\naccept:*/*",
            ["cs_header_names"] = "host\nuser-agent\naccept\ncookie",
            ["cs_headers_count"] = "4",
            ["origin_fbl"] = "0.031",
            ["origin_lbl"] = "0.09",
            ["asn"] = "64500",
            ["cmcd_encoded_bitrate"] = "3200",
            ["cmcd_buffer_length"] = "21300",
            ["cmcd_buffer_starvation"] = "1",
            ["cmcd_content_id"] = "own-content-1",
            ["cmcd_object_duration"] = "4004",
            ["cmcd_deadline"] = "15000",
            ["cmcd_measured_throughput"] = "25400",
            ["cmcd_next_object_request"] = "0002.m4s",
            ["cmcd_next_range_request"] = "0-524287",
            ["cmcd_object_type"] = "v",
            ["cmcd_playback_rate"] = "1",
            ["cmcd_requested_maximum_throughput"] = "15000",
            ["cmcd_streaming_format"] = "d",
            ["cmcd_session_id"] = "6e2fb550-c457-11e9-bb97-0800200c9a66",
            ["cmcd_stream_type"] = "v",
            ["cmcd_startup"] = "1",
            ["cmcd_top_bitrate"] = "6000",
            ["cmcd_version"] = "1",
            ["r_host"] = "origin-b.example.com",
            ["sr_reason"] = "Failover:503",
            ["x_edge_mqcs"] = "87",
            ["distribution_tenant_id"] = "dt_own0000001",
            ["connection_id"] = "1YpOwnSampleConnectionId0000000000000000000000000000000==",
            ["viewer_request_log_data"] = "experiment=blue",
        };
        Assert.Equal(expected.OrderBy(pair => pair.Key), row.OrderBy(pair => pair.Key));
    }

    [Fact]
    public void A_captured_line_of_45_fields_has_no_s_ip()
    {
        const string agent = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.0.0 Safari/537.36";
        var row = Bodies.DecodeRow(Bodies.CloudFront, Bodies.FixtureText("cloudfront-realtime/awssolutions_45-fields.tsv"));

        var expected = new Dictionary<string, string>
        {
            ["time"] = "1671005351148000",
            ["client_ip"] = "27.0.3.156",
            ["time_to_first_byte"] = "0.001",
            ["status"] = "200",
            ["bytes_sent"] = "2212",
            ["method"] = "GET",
            ["scheme"] = "https",
            ["host"] = "d2omsvnrx2yu4i.cloudfront.net",
            ["path"] = "/locales/en/common.json",
            ["query"] = "v=v1.2.0",
            ["bytes_received"] = "50",
            ["edge_location"] = "NRT57-C1",
            ["request_id"] = "cGX9Jx7KFX7UwY8KwRFS5FvFrdUJBpSBqMgaHWi3yuHJ7mblrhzT5A==",
            ["distribution"] = "d2omsvnrx2yu4i.cloudfront.net",
            ["time_taken"] = "0.001",
            ["protocol"] = "HTTP/2.0",
            ["c_ip_version"] = "IPv4",
            ["user_agent"] = agent,
            ["x_edge_response_result_type"] = "Hit",
            ["tls"] = "TLSv1.3",
            ["ssl_cipher"] = "TLS_AES_128_GCM_SHA256",
            ["result_type"] = "Hit",
            ["content_type"] = "application/json",
            ["c_port"] = "17929",
            ["detailed_result_type"] = "Hit",
            ["country"] = "JP",
            ["cs_accept_encoding"] = "gzip, deflate, br",
            ["cs_accept"] = "*/*",
            ["cache_behavior_path_pattern"] = "*",
            ["cs_headers"] = string.Join(
                '\n',
                "host:d2omsvnrx2yu4i.cloudfront.net",
                "pragma:no-cache",
                "cache-control:no-cache",
                "sec-ch-ua:\"Not?A_Brand\";v=\"8\", \"Chromium\";v=\"108\", \"Google Chrome\";v=\"108\"",
                "sec-ch-ua-mobile:?0",
                $"user-agent:{agent}",
                "sec-ch-ua-platform:\"macOS\"",
                "accept:*/*",
                "sec-fetch-site:same-origin",
                "sec-fetch-mode:cors",
                "sec-fetch-dest:empty",
                "accept-encoding:gzip, deflate, br",
                "accept-language:en,zh-CN;q=0.9,zh;q=0.8"),
            ["cs_header_names"] = "host\npragma\ncache-control\nsec-ch-ua\nsec-ch-ua-mobile\nuser-agent\nsec-ch-ua-platform\naccept\nsec-fetch-site\n"
                + "sec-fetch-mode\nsec-fetch-dest\naccept-encoding\naccept-language",
            ["cs_headers_count"] = "13",
            ["primary_distribution_id"] = "E32QJQ394BWBEI",
            ["primary_distribution_dns_name"] = "d2omsvnrx2yu4i.cloudfront.net",
            ["asn"] = "16509",
        };
        Assert.Equal(expected.OrderBy(pair => pair.Key), row.OrderBy(pair => pair.Key));
    }
}
